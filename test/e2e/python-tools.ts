import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { madeOnce } from './once.ts';

const run = promisify(execFile);
const environments = fileURLToPath(new URL('../../.cache/python-tools/', import.meta.url));

/** Path of a program of a Python package (`name==version`), installed once into an environment of its own. */
export async function pythonTool(requirement: string, program: string): Promise<string> {
  const folder = await madeOnce(join(environments, requirement), async (draft) => {
    // A virtual environment knows its own path: it is made where it stays.
    const place = draft.replace(/\.draft$/, '.venv');
    await run('python3', ['-m', 'venv', '--clear', place]);
    await run(join(place, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', requirement]);
  });
  return join(`${folder}.venv`, 'bin', program);
}

/** Why Python environments cannot be made here, or nothing. */
export async function pythonIsMissing(): Promise<string | undefined> {
  try {
    await run('python3', ['-c', 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))']);
    return undefined;
  } catch {
    return 'Python 3.10 or newer with venv is not installed';
  }
}
