import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { moduleNamePattern } from '../../src/core/text/names.ts';
import { bundledMeta } from '../../src/io/pack/bundled-pack.ts';
import { copyHost } from '../conformance/host/copy-host.ts';
import { isNightly } from '../draws.ts';
import { builtBin } from './built-bin.ts';
import { generatedHost, pythonOf } from './generated-host.ts';
import { describeWhere, missingPython } from './needs.ts';
import { writeOddManifests } from './odd-manifests.ts';
import { mypyCache } from './python-tools.ts';

/** The output of a tool in the host's environment. Throws with the output if the tool fails. */
async function tool(host: string, name: string, ...args: string[]): Promise<string> {
  const command = [join(dirname(pythonOf(host)), name), args] as const;
  const env = { ...process.env, MYPY_CACHE_DIR: mypyCache };
  const { stdout } = await promisify(execFile)(...command, { cwd: host, env, maxBuffer: 1e8 }).catch((error) => {
    throw new Error(`${name} ${args.join(' ')}: ${error.stdout}${error.stderr}`);
  });
  return stdout;
}

/** The output of the tests of a folder, with warnings as errors. */
async function testsIn(copy: string, folder: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const args = ['-m', 'pytest', '-q', '-W', 'error', folder];
  const options = { cwd: copy, env: { ...process.env, ...env }, maxBuffer: 1e8 };
  const { stdout } = await promisify(execFile)(pythonOf(await generatedHost('fastapi')), args, options).catch((error) =>
    Promise.reject(new Error(`${error.stdout}${error.stderr}`)),
  );
  return stdout;
}

async function describeHost(title: string, makeHost: () => Promise<string>, runsTests = true): Promise<void> {
  const host = await makeHost();

  describe(title, { timeout: 300_000 }, () => {
    it('has no lint errors', () => tool(host, 'ruff', 'check'));

    it('is formatted', () => tool(host, 'ruff', 'format', '--check'));

    it('passes its strict type check', () => tool(host, 'mypy', '--strict'));

    if (runsTests)
      it('passes its own tests and those of its modules, with warnings as errors', async () => {
        expect(await tool(host, 'python', '-m', 'pytest', '-q', '-W', 'error')).toMatch(/^\d+ passed/m);
      });
  });
}

function describeModule(host: string, name: string): void {
  const folder = join(host, 'app/ai/modules', name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'),
  );

  describe(`the generated module ${name}`, () => {
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
}

/** Prints the folders that pytest skips by default. */
const printSkipped = `import pytest
class Plugin:
    def pytest_configure(self, config):
        print('skips', *config.getini('norecursedirs'))
raise SystemExit(pytest.main(['--collect-only', '-q', 'tests/test_app.py'], plugins=[Plugin()]))`;

await describeWhere('a generated FastAPI host', missingPython(), async () => {
  await describeHost('a generated FastAPI host with two modules', () => generatedHost('fastapi'));
  await describeHost(
    'a generated FastAPI host with modules of odd manifests',
    () => {
      const manifests = writeOddManifests(mkdtempSync(join(tmpdir(), 'odd-manifests-')));
      return generatedHost('fastapi', 'odd', manifests);
    },
    isNightly,
  );
  await describeHost('a generated FastAPI host with the example', async () => {
    const example = fileURLToPath(new URL('../../examples/text_digest', import.meta.url));
    const host = await generatedHost('fastapi', 'example', [join(example, 'manifest.yaml')]);
    cpSync(example, join(host, 'app/ai/modules/text_digest'), { recursive: true });
    return host;
  });
  const host = await generatedHost('fastapi');
  for (const name of ['document_search', 'mon_nouveau_module']) describeModule(host, name);

  it('reserves the module names that pytest and Ruff skip', async () => {
    const settings = await tool(host, 'ruff', 'check', '--show-settings', 'app/main.py');
    const [, excluded = ''] = /^file_resolver\.exclude = \[([^\]]*)\]/m.exec(settings) ?? [];
    const collected = await tool(host, 'python', '-c', printSkipped);
    const [, skipped = ''] = /^skips (.*)$/m.exec(collected) ?? [];
    const names = [...excluded.matchAll(/"(.+)"/g)].map(([, name = '']) => name).concat(skipped.split(' '));
    expect(names).toEqual(expect.arrayContaining(['dist', 'build', 'CVS']));
    const { reserved_names: reserved } = await bundledMeta('fastapi');
    const legal = names.map((name) => name.toLowerCase()).filter((name) => moduleNamePattern.test(name));
    expect(Object.keys(reserved)).toEqual(expect.arrayContaining(legal));
  });

  it('reserves the names of all installed packages', async () => {
    const installed = (await tool(host, 'python', '-m', 'pip', 'list', '--format', 'json')).toLowerCase();
    const names = (JSON.parse(installed) as { name: string }[]).map(({ name }) => name.replace(/[-_.]+/g, '-'));
    expect(names.length).toBeGreaterThan(40);
    const { reserved_names: reserved } = (await bundledMeta('fastapi')).host;
    expect(names.filter((name) => !reserved.includes(name))).toEqual([]);
  });

  it('runs a module that implements the interface itself, with the import paths of a host', async () => {
    const copy = copyHost(host);
    const module = fileURLToPath(new URL('../fixtures/handmade-module', import.meta.url));
    cpSync(module, join(copy, 'app/ai/modules/handmade'), { recursive: true });
    expect(await testsIn(copy, 'app/ai/modules/handmade')).toMatch(/^2 passed/m);
  });

  it('tests a module with the openai provider without a network', async () => {
    const copy = copyHost(host);
    const args = ['new', 'asker', '--provider', 'openai', '--host', copy, '--author', 'A Tester', '--yes'];
    await promisify(execFile)(process.execPath, [await builtBin(), ...args]);
    // The address of the provider leads nowhere: a test that asks it fails.
    const output = await testsIn(copy, 'app/ai/modules/asker', { ASKER_BASE_URL: 'http://127.0.0.1:9/v1' });
    expect(output).toMatch(/^\d+ passed/m);
  });

  it('writes a migration that runs and has no lint errors', async () => {
    const copy = copyHost(host);
    symlinkSync(dirname(dirname(pythonOf(host))), join(copy, '.venv'), 'dir');
    const models = join(copy, 'app/ai/modules/document_search/models.py');
    const table = [
      'from sqlmodel import Field, SQLModel',
      '',
      '',
      'class Note(SQLModel, table=True):',
      '    """A note."""',
      '',
      '    __tablename__ = "document_search_notes"',
      '',
      '    id: int | None = Field(default=None, primary_key=True)',
      '    text: str = Field(max_length=80, index=True)',
    ];
    writeFileSync(models, `${readFileSync(models, 'utf8')}\n${table.join('\n')}\n`);
    const env = { ...process.env, DATA_DIR: mkdtempSync(join(tmpdir(), 'migrate-')) };
    const migrate = (...args: string[]) =>
      promisify(execFile)(pythonOf(copy), ['-m', 'app.migrate', ...args], { cwd: copy, env });
    await migrate('document_search', 'add notes');
    expect(existsSync(join(copy, 'app/ai/modules/document_search/migrations/v0001_add_notes.py'))).toBe(true);
    await migrate();
    await tool(copy, 'ruff', 'check', '--no-cache');
    await tool(copy, 'ruff', 'format', '--no-cache', '--check');
    await tool(copy, 'mypy', '--strict');
  });

  it('prints only a token', async () => {
    expect(await tool(host, 'python', '-m', 'app.token', 'alice', '--permission', 'a:b')).toMatch(
      /^[\w-]+\.[\w-]+\.[\w-]+\n$/,
    );
  });
});
