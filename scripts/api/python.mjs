import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../build-runtimes.mjs';

const script = fileURLToPath(new URL('./public_names.py', import.meta.url));

/** The public names of the Python runtime, read from its source with griffe; none on a machine without Python. */
export async function pythonApi(root) {
  const python = await pythonWith('griffelib==2.4.1');
  if (python === undefined && process.env.CI !== 'true') {
    console.error('!!! Python 3.11 or newer is missing: the API of the Python runtime was not checked.');
    return undefined;
  }
  return JSON.parse(execFileSync(python, [script, join(root, 'runtimes/python/src')], { encoding: 'utf8' }));
}
