import { existsSync } from 'node:fs';

/** Reads `.env` from the folder the process was started in; variables that are set already stay as they are. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}
