import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeWhere, missingPython } from './needs.ts';
import { dependenciesOf, pythonEnvironment } from './python-tools.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const runtime = join(project, 'runtimes/python');

await describeWhere('the Python runtime', missingPython(), async () => {
  const wanted = await dependenciesOf(join(runtime, 'pyproject.toml'));
  const hash = createHash('sha256').update(JSON.stringify(wanted)).digest('hex').slice(0, 16);
  const environment = await pythonEnvironment(join(project, '.cache/installed', `runtime-${hash}`), wanted.packages);

  /** The output of a tool in the runtime's folder. Throws with the output if the tool fails. */
  async function tool(name: string, ...args: string[]): Promise<string> {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', MYPY_CACHE_DIR: join(project, '.cache/mypy') };
    const options = { cwd: runtime, env, maxBuffer: 1e8 };
    const { stdout } = await promisify(execFile)(join(environment, 'bin', name), args, options).catch((error) => {
      throw new Error(`${name} ${args.join(' ')}: ${error.stdout}${error.stderr}`);
    });
    return stdout;
  }

  describe('the Python runtime', { timeout: 300_000 }, () => {
    it('has no lint errors', () => tool('ruff', 'check', '--no-cache'));

    it('is formatted', () => tool('ruff', 'format', '--no-cache', '--check'));

    it('passes its strict type check', () => tool('mypy', '--strict'));

    it('passes its own tests, with warnings as errors', async () => {
      expect(await tool('python', '-m', 'pytest', '-q', '-W', 'error', '-p', 'no:cacheprovider')).toMatch(
        /^\d+ passed/m,
      );
    });
  });
});
