import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { pythonVersion, toolVersion } from '../../src/core/pack/runtime/runtime.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { describeWhere, missingPython } from './needs.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const script = join(project, 'scripts/build-runtimes.mjs');
const run = promisify(execFile);

/** The smallest runtimes that can be built. */
const samples = {
  'node/package.json': JSON.stringify({
    name: 'ai-module-runtime',
    version: toolVersion,
    files: ['dist'],
    scripts: { build: 'node build.mjs' },
  }),
  'node/build.mjs': "import { cpSync } from 'node:fs';\ncpSync('src', 'dist', { recursive: true });\n",
  'node/src/index.js': 'export const answer = 42;\n',
  'python/pyproject.toml': [
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
    `[project]\nname = "ai-module-runtime"\nversion = "${pythonVersion(toolVersion)}"\nrequires-python = ">=3.11"\n`,
  ].join('\n'),
  'python/src/ai_module_runtime/__init__.py': 'answer = 42\n',
  'sql/tables.sql': 'select 1;\n',
};

/** A copy of the project's runtimes, or the samples. */
async function rootWith(kind: 'samples' | 'real', umask: string): Promise<string> {
  const root = join(tempFolder(), umask === '077' ? 'a deeper/folder' : 'folder');
  if (kind === 'real') {
    mkdirSync(root, { recursive: true });
    const copy = 'tar -C "$0" --exclude node_modules -cf - runtimes | tar -C "$1" --no-same-permissions -xf -';
    await run('sh', ['-c', `umask ${umask}; ${copy}`, project, root]);
    for (const packages of ['node_modules', 'runtimes/node/node_modules'])
      if (existsSync(join(project, packages))) symlinkSync(join(project, packages), join(root, packages));
    return root;
  }
  for (const [path, text] of Object.entries(samples)) {
    const file = join(root, 'runtimes', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: umask === '077' ? 0o600 : 0o664 });
  }
  return root;
}

/** The archives by name, built with this umask and time zone. */
async function archivesOf(root: string, umask: string, zone: string): Promise<Map<string, Buffer>> {
  const out = join(root, 'out');
  await run('sh', ['-c', `umask ${umask}; exec "$0" "$@"`, process.execPath, script, out, root], {
    env: { ...process.env, TZ: zone },
  });
  // Beside them is the SQL of the tables.
  const built = readdirSync(out).filter((name) => name !== 'sql');
  return new Map(built.map((name) => [name, readFileSync(join(out, name))]));
}

const names = [
  `ai-module-runtime-${toolVersion}.tgz`,
  `ai_module_runtime-${pythonVersion(toolVersion)}+vendored-py3-none-any.whl`,
];

const hasRuntimes = existsSync(join(project, 'runtimes/node/package.json'));

await describeWhere('archives of the runtimes', missingPython(), () => {
  describe.each(hasRuntimes ? (['samples', 'real'] as const) : (['samples'] as const))('(%s)', (kind) => {
    let [first, second]: Map<string, Buffer>[] = [];

    beforeAll(async () => {
      first = await archivesOf(await rootWith(kind, '022'), '022', 'UTC');
      second = await archivesOf(await rootWith(kind, '077'), '077', 'Pacific/Auckland');
    });

    it('are named after package and version', () => {
      expect([...(first?.keys() ?? [])]).toEqual(names);
    });

    it('have the same bytes from another folder, umask and time zone', () => {
      for (const name of names) expect(second?.get(name)?.equals(first?.get(name) as Buffer), name).toBe(true);
    });
  });

  it('are not built again while the sources are unchanged', async () => {
    const root = await rootWith('samples', '022');
    await archivesOf(root, '022', 'UTC');
    const cache = join(root, '.cache/runtimes');
    const built = readdirSync(cache);
    expect(built.length).toBe(2);
    await archivesOf(root, '022', 'UTC');
    expect(readdirSync(cache)).toEqual(built);
    writeFileSync(join(root, 'runtimes/node/src/index.js'), 'export const answer = 43;\n');
    await archivesOf(root, '022', 'UTC');
    expect(readdirSync(cache).length).toBe(3);
  });
});

it('refuses a runtime of another version than the tool', async () => {
  const root = await rootWith('samples', '022');
  writeFileSync(join(root, 'runtimes/node/package.json'), '{"name": "ai-module-runtime", "version": "0.0.1"}');
  await expect(archivesOf(root, '022', 'UTC')).rejects.toThrow(/node has version 0\.0\.1, but the tool needs/);
});
