import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

const BYTE_ORDER_MARK = /^\uFEFF/;

/** Sets the variables of `.env` in the current folder. Variables that are set already stay as they are. */
export function loadEnvFile(file = '.env'): void {
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8').replace(BYTE_ORDER_MARK, '')))) {
    process.env[name] ??= value;
  }
}
