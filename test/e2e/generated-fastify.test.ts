import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { generatedHost } from './generated-host.ts';

const host = await generatedHost('fastify');
const modules = join(host, 'src/ai/modules');

/** What a script of the host prints; throws with the output where it fails. */
async function script(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', name], { cwd: host, maxBuffer: 1e8 }).catch(
    (error) => {
      throw new Error(`npm run ${name}: ${error.stdout}${error.stderr}`);
    },
  );
  return stdout;
}

describe('a generated Fastify host with two modules', { timeout: 300_000 }, () => {
  it('passes its type check, strict in every way', () => script('typecheck'));

  it('is formatted and free of lint', () => script('lint'));

  it('passes its own tests and those of its modules', async () => {
    const output = await script('test');
    expect(output).toMatch(/Test Files .*passed/);
  });

  it('prints a token and nothing else', async () => {
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

  it('has every file of a module', () => {
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
