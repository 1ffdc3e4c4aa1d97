import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Settings, SettingsError } from '../settings.ts';

const MIN_BYTES = 32;

/**
 * The secret that signs tokens: `jwtSecret` of the settings, or a random one that is created once in the data folder.
 * Throws a `SettingsError` in production if there is none or if it is shorter than 32 bytes.
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
  const secret = randomBytes(MIN_BYTES).toString('hex');
  const file = join(folder, 'jwt-secret');
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(file, secret, { flag: 'wx', mode: 0o600 });
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(file, 'utf8').trim();
    throw error;
  }
}
