import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Settings, SettingsError } from '../settings.ts';

const MIN_BYTES = 32;

/**
 * The secret that signs tokens: `jwtSecret` of the settings, or a random one that is created once in the data folder.
 * Throws a `SettingsError` in production if there is none or if it is shorter than 32 bytes, and if the file is empty.
 */
export function jwtSecret(settings: Pick<Settings, 'jwtSecret' | 'dataDir' | 'environment'>): string {
  const { jwtSecret: secret, dataDir, environment } = settings;
  if (environment === 'production' && Buffer.byteLength(secret?.trim() ?? '') < MIN_BYTES) {
    throw new SettingsError(
      secret === undefined
        ? 'AI_JWT_SECRET is required in production'
        : `AI_JWT_SECRET is too short for production: use at least ${MIN_BYTES} bytes`,
    );
  }
  return secret ?? storedSecret(dataDir);
}

function storedSecret(folder: string): string {
  const file = join(folder, 'jwt-secret');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) createSecret(file);
  const secret = readFileSync(file, 'utf8').trim();
  if (secret === '')
    throw new SettingsError(`AI_JWT_SECRET: ${file} is empty, delete it and the next start makes a new secret`);
  return secret;
}

/** A link fails where a rename would overwrite: of two processes starting at once, one secret stays. */
function createSecret(file: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(MIN_BYTES).toString('hex'), { flag: 'wx', mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}
