import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bundledMeta } from '../../src/io/pack/bundled-pack.ts';
import { copyHost } from '../conformance/host/copy-host.ts';
import { builtBin } from './built-bin.ts';
import { generatedHost } from './generated-host.ts';

const host = await generatedHost('fastify');
const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const modules = join(host, 'src/ai/modules');

/** The output of a script of the host. Throws with the output if it fails. */
async function script(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', name], { cwd: host, maxBuffer: 1e8 }).catch(
    (error) => {
      throw new Error(`npm run ${name}: ${error.stdout}${error.stderr}`);
    },
  );
  return stdout;
}

describe('a generated Fastify host with two modules', { timeout: 300_000 }, () => {
  it('passes its strict type check', () => script('typecheck'));

  it('is formatted and has no lint errors', () => script('lint'));

  it('passes its own tests and those of its modules', async () => {
    const output = await script('test');
    expect(output).toMatch(/Test Files .*passed/);
  });

  it('tests a module with the openai provider without a network', async () => {
    const copy = copyHost(host);
    const run = (program: string, ...args: string[]) =>
      promisify(execFile)(program, args, { cwd: copy, maxBuffer: 1e8 });
    await run(process.execPath, await builtBin(), 'new', 'asker', '--provider', 'openai', '--yes');
    const { stdout } = await run('npx', 'vitest', 'run', 'src/ai/modules/asker').catch((error) => error);
    expect(stdout).toMatch(/Test Files .*5 passed/);
    rmSync(copy, { recursive: true, force: true });
  });

  it('runs the example with a table of its own', async () => {
    const copy = copyHost(host);
    cpSync(join(examples, 'invoices'), join(copy, 'src/ai/modules/invoices'), { recursive: true });
    const run = async (...args: string[]) => {
      const { stdout } = await promisify(execFile)('npx', args, { cwd: copy, maxBuffer: 1e8 }).catch((error) => {
        throw new Error(`npx ${args.join(' ')}: ${error.stdout}${error.stderr}`);
      });
      return stdout;
    };
    await run('tsc', '--noEmit');
    await run('biome', 'check', 'src/ai/modules/invoices');
    expect(await run('vitest', 'run', 'src/ai/modules/invoices')).toMatch(/Test Files .*5 passed/);
    rmSync(copy, { recursive: true, force: true });
  });

  it('reserves the module names that its tools skip, and no others', async () => {
    const reserved = Object.keys((await bundledMeta('fastify')).reserved_names);
    const names = [...reserved, 'ordinary', 'build', 'dist', 'venv', 'vendor', 'coverage', 'out', 'target', 'tests'];
    const copy = copyHost(host);
    const file = (name: string) => `src/ai/modules/${name}/tests/some.test.ts`;
    for (const name of names) {
      mkdirSync(dirname(join(copy, file(name))), { recursive: true });
      writeFileSync(join(copy, file(name)), 'export const   unformatted = 1\n');
    }
    const skippedBy = async (program: string, ...args: string[]) => {
      // Biome exits with 1 if files are not formatted.
      const run = promisify(execFile)(program, args, { cwd: copy, maxBuffer: 1e8 });
      const { stdout, stderr } = await run.catch((error) => error);
      return names.filter((name) => !`${stdout}${stderr}`.includes(file(name)));
    };
    await promisify(execFile)('git', ['init', '--quiet'], { cwd: copy });
    const skipped = [
      await skippedBy('git', 'add', '--all', '--dry-run'),
      await skippedBy('npx', 'tsc', '--listFilesOnly'),
      await skippedBy('npx', 'vitest', 'list', '--filesOnly'),
      await skippedBy('npx', 'biome', 'format', '--max-diagnostics=none'),
    ];
    expect(skipped.every((found) => found.includes('node_modules'))).toBe(true);
    expect([...new Set(skipped.flat())].sort()).toEqual(reserved.sort());
    rmSync(copy, { recursive: true, force: true });
  });

  it('prints only a token', async () => {
    const { stdout } = await promisify(execFile)(
      'npm',
      ['run', '--silent', 'token', '--', 'alice', '--permission', 'a:b'],
      { cwd: host },
    );
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });
});

const names = readdirSync(modules, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe.each(names)('the generated module %s', (name) => {
  const folder = join(modules, name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

  it('has all files of a module', () => {
    const names = [
      'manifest.yaml',
      'index.ts',
      'config.ts',
      'models.ts',
      'schemas.ts',
      'routes.ts',
      'service.ts',
      'tasks.ts',
      'events.ts',
      'utils.ts',
      'dependencies.ts',
      'provider.ts',
      'README.md',
    ];
    const tests = ['service', 'routes', 'events', 'contract'].map((test) => `${test}.test.ts`);
    expect(files.map((file) => file.name)).toEqual(expect.arrayContaining([...names, ...tests]));
  });

  it.each(files.map((file) => [file.name, join(file.parentPath, file.name)]))(
    '%s shows no trace of a template',
    (_name, path) => {
      const text = readFileSync(path, 'utf8');
      expect(text).not.toMatch(/\{\{|\}\}\}|🔴|ADAPT|TODO|FIXME|undefined:|\[object /);
      expect(text).not.toMatch(/[ \t]$/m);
      expect(text).toMatch(/\n$/);
    },
  );
});
