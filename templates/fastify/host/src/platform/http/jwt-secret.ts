import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostConfig } from '../config.ts';
import { IN_MEMORY } from '../db/in-memory.ts';

/** `JWT_SECRET`; without one, a random secret that is made once and kept in the data folder. */
export function jwtSecret(config: HostConfig): string {
  if (config.JWT_SECRET) return config.JWT_SECRET;
  const secret = randomBytes(32).toString('hex');
  if (config.DATA_DIR === IN_MEMORY) return secret;
  const file = join(config.DATA_DIR, 'jwt-secret');
  mkdirSync(config.DATA_DIR, { recursive: true });
  try {
    writeFileSync(file, secret, { flag: 'wx', mode: 0o600 });
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(file, 'utf8').trim();
    throw error;
  }
}
