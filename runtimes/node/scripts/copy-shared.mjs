// Copies what both runtimes share into the package.
import { cpSync } from 'node:fs';

const copy = (from, to) =>
  cpSync(new URL(`../../${from}`, import.meta.url), new URL(`../dist/${to}`, import.meta.url), { recursive: true });

copy('console', 'console');
copy('sql', 'sql');
copy('postgres/supervisor.sh', 'postgres/supervisor.sh');
