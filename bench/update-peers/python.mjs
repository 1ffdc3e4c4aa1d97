import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const versions = ['copier==9.19.1', 'cruft==2.16.0'];

/** The folder of copier and cruft, installed into a separate virtual environment. */
export function pythonPrograms(folder) {
  const programs = join(folder, 'bin');
  if (versions.every((version) => existsSync(join(programs, version.split('==')[0])))) return programs;
  mkdirSync(folder, { recursive: true });
  execFileSync('python3', ['-m', 'venv', folder]);
  execFileSync(join(programs, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...versions]);
  return programs;
}
