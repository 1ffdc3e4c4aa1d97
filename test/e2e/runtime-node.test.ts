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

/** The output of the runtime's own tests with these dependencies, in a copy of the runtimes. */
async function testsWith(name: string, wanted: Readonly<Record<string, string>>): Promise<string> {
  const copy = join(project, '.cache', `runtime-node-${name}`);
  rmSync(copy, { recursive: true, force: true });
  const installed = /^(node_modules|dist|\.venv|\.data|package-lock\.json)$/;
  cpSync(join(project, 'runtimes'), join(copy, 'runtimes'), {
    recursive: true,
    filter: (path) => !installed.test(basename(path)),
  });
  const folder = join(copy, 'runtimes/node');
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies: wanted }));
  const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 1e8 };
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], options);
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
