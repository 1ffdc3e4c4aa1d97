// Copies the SQL that both runtimes share into the package.
import { cpSync } from 'node:fs';

cpSync(new URL('../../sql', import.meta.url), new URL('../dist/sql', import.meta.url), { recursive: true });
