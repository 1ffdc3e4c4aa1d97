import { execFile } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isNightly } from '../draws.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const { dependencies } = JSON.parse(readFileSync(join(project, 'runtimes/node/package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};

/** The lowest version of each range: 6.0.0 for `^6.0.0 || ^7.0.0`. */
const oldest = Object.fromEntries(
  Object.entries(dependencies).map(([name, range]) => [name, /\d+\.\d+\.\d+/.exec(range)?.[0] ?? range]),
);

/**
 * The output of the runtime's own tests with these dependencies, in a copy of the runtimes. As for users, it is built with
 * the versions of its lock file, and runs with others.
 */
async function testsWith(name: string, wanted: Readonly<Record<string, string>>): Promise<string> {
  const copy = join(project, '.cache', `runtime-node-${name}`);
  rmSync(copy, { recursive: true, force: true });
  const installed = /^(node_modules|dist|\.venv|\.data)$/;
  cpSync(join(project, 'runtimes'), join(copy, 'runtimes'), {
    recursive: true,
    filter: (path) => !installed.test(basename(path)),
  });
  for (const shared of ['cron-times.json', 'types-by-hand.yaml'])
    cpSync(join(project, 'test/fixtures', shared), join(copy, 'test/fixtures', shared));
  const folder = join(copy, 'runtimes/node');
  const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 1e8 };
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['ci', ...quiet], options);
  await run('npm', ['run', '--silent', 'build'], options);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const scripts = { ...manifest.scripts, build: 'true' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies: wanted, scripts }));
  rmSync(join(folder, 'package-lock.json'));
  await run('npm', ['install', ...quiet], options);
  const { stdout } = await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run'], options).catch((error) => {
    throw new Error(`${error.stdout}${error.stderr}`);
  });
  return stdout;
}

describe('the dependencies of the Node runtime', () => {
  it('begin with Fastify 5.0 and zod 4.1', () => {
    expect(oldest).toMatchObject({ fastify: '5.0.0', zod: '4.1.5' });
  });

  if (isNightly)
    it.each([
      ['oldest', oldest],
      ['newest', dependencies],
    ])('pass its tests in their %s versions', async (name, wanted) => {
      expect(await testsWith(name, wanted)).toMatch(/Test Files {2}\d+ passed/);
    });
});
