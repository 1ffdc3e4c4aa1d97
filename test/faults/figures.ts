import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../.cache/faults/', import.meta.url));

/** Keeps what was measured in a mode where `npm run nightly` finds it. */
export function keepFigures(mode: string, figures: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}${mode}.json`;
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {};
  writeFileSync(file, JSON.stringify({ ...before, ...figures }, null, 2));
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
