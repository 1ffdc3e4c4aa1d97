import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { type Registry, startRegistry } from './registry.ts';

const run = promisify(execFile);
const stack = 'npm:@acme/ai-pack@1.0.0';
let registry: Registry;
/** The pack's source. */
let source: string;

beforeAll(async () => {
  registry = await startRegistry();
  process.env.npm_config_registry = registry.url;
  source = join(tempFolder(), 'acme');
  await succeedIn(tempFolder(), ['pack', 'init', source, '--from', 'fastify', '--extends', '--yes']);
  mkdirSync(join(source, 'module'));
  writeFileSync(join(source, '.npmrc'), `${registry.url.replace('http:', '')}:_authToken=secret\n`);
  const file = join(source, 'package.json');
  const scripts = Object.fromEntries(
    ['preinstall', 'install', 'postinstall', 'prepare'].map((name) => [
      name,
      "node -e \"require('fs').writeFileSync('ran', '')\"",
    ]),
  );
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...manifest, name: '@acme/ai-pack', scripts }, null, 2));
  await publish('1.0.0', 'one\n');
  await publish('1.1.0', 'two\n');
});

afterAll(() => registry.close());

/** Every test has empty caches. */
beforeEach(() => {
  process.env.XDG_CACHE_HOME = tempFolder();
  process.env.npm_config_cache = tempFolder();
});

function setVersion(version: string, text: string): void {
  for (const [name, from] of [
    ['pack.yaml', /^version: .*$/m],
    ['package.json', /"version": ".*"/],
  ] as const) {
    const file = join(source, name);
    const to = name === 'pack.yaml' ? `version: ${version}` : `"version": "${version}"`;
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  }
  writeFileSync(join(source, 'module/ACME.md'), text);
}

async function publish(version: string, text: string): Promise<void> {
  setVersion(version, text);
  await run('npm', ['publish', '--ignore-scripts', '--access', 'public'], { cwd: source });
}

/** The archive of another package under the same version. */
async function archiveOf(version: string, text: string): Promise<Uint8Array> {
  setVersion(version, text);
  const folder = tempFolder();
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: source });
  return readFileSync(join(folder, readdirSync(folder)[0] as string));
}

async function hostWithModule(): Promise<{ host: string; read: (path: string) => string }> {
  const host = join(tempFolder(), 'host');
  await succeedIn(tempFolder(), ['host', 'init', host, '--stack', stack, '--yes']);
  await succeedIn(host, ['new', 'text_search', '--author', 'Ada', '--yes']);
  return { host, read: (path) => readFileSync(join(host, path), 'utf8') };
}

const cached = () => {
  const folder = join(process.env.XDG_CACHE_HOME as string, 'create-ai-module/packs');
  return readdirSync(folder).map((name) => join(folder, name));
};
const file = 'src/ai/modules/text_search/ACME.md';
const lock = 'src/ai/modules/text_search/.ai-module/lock.yaml';

it('uses a published pack that extends a bundled one, and upgrades it', async () => {
  const { host, read } = await hostWithModule();
  expect(read('ai-modules.yaml')).toContain(`stack: "${stack}"\n`);
  expect(read(file)).toBe('one\n');
  expect(read(lock)).toMatch(
    /^pack: "acme"\npack_version: "1\.0\.0"\nbase_pack: "fastify"\nbase_version: .*\npack_checksum: "sha256-/m,
  );
  expect(cached().map((folder) => existsSync(join(folder, 'ran')))).toEqual([false]);
  await succeedIn(host, ['validate']);
  await succeedIn(host, ['update', '--host-files', '--check']);

  writeFileSync(join(host, 'ai-modules.yaml'), read('ai-modules.yaml').replace('@1.0.0', '@1.1.0'));
  await succeedIn(host, ['update', '--yes']);
  expect(read(file)).toBe('two\n');
  expect(read(lock)).toContain('pack_version: "1.1.0"');
});

it('needs no registry again for a version that it has', async () => {
  const { host } = await hostWithModule();
  process.env.npm_config_offline = 'true';
  try {
    await succeedIn(host, ['update', '--check']);
  } finally {
    delete process.env.npm_config_offline;
  }
});

it.each([['update', '--yes'], ['status'], ['validate'], ['new', 'other', '--yes']])(
  'refuses a copy that was changed: %s',
  async (...argv) => {
    const { host } = await hostWithModule();
    const [folder = ''] = cached();
    writeFileSync(join(folder, 'module/ACME.md'), 'changed\n');
    const before = snapshot(host);
    const { code, err } = await runIn(host, argv);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('The template pack acme@1.0.0 has other files than when it rendered'),
    ]);
    expect(err).toContain(`delete the folder ${folder}`);
    expect(snapshot(host)).toEqual(before);

    rmSync(folder, { recursive: true });
    await succeedIn(host, ['update', '--check']);
  },
);

it('refuses an archive that was changed in the registry: npm finds one, and the lock file the other', async () => {
  const { host } = await hostWithModule();
  const other = await archiveOf('1.0.0', 'other\n');
  const original = await archiveOf('1.0.0', 'one\n');
  for (const [isConsistent, message] of [
    [false, 'EINTEGRITY'],
    [true, 'The template pack acme@1.0.0 has other files than when it rendered'],
  ] as const) {
    registry.replace('@acme/ai-pack-1.0.0.tgz', other, isConsistent);
    process.env.XDG_CACHE_HOME = tempFolder();
    process.env.npm_config_cache = tempFolder();
    const before = snapshot(host);
    const { code, err } = await runIn(host, ['update', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(snapshot(host)).toEqual(before);
  }
  registry.replace('@acme/ai-pack-1.0.0.tgz', original, true);
});

it('uses the version in node_modules, without a registry', async () => {
  const root = tempFolder();
  await run('npm', ['install', '--no-save', '--ignore-scripts', '@acme/ai-pack@1.0.0'], { cwd: root });
  await succeedIn(root, ['host', 'init', 'my-host', '--stack', 'npm:@acme/ai-pack', '--yes']);
  expect(readFileSync(join(root, 'my-host/ai-modules.yaml'), 'utf8')).toContain('stack: "npm:@acme/ai-pack"\n');
  await succeedIn(join(root, 'my-host'), ['new', 'text_search', '--author', 'Ada', '--yes']);
  expect(readFileSync(join(root, 'my-host', file), 'utf8')).toBe('one\n');
  expect(readdirSync(process.env.XDG_CACHE_HOME as string)).toEqual([]);
});

it.each([
  ['npm:@acme/ai-pack', 'it is not in node_modules'],
  ['npm:@acme/ai-pack@latest', 'the version must be exact, like 1.2.0, not latest'],
  ['npm:@acme/ai-pack@^1.0.0', 'the version must be exact'],
  ['npm:--registry=http://x@1.0.0', 'it must be like npm:@acme/ai-pack@1.2.0'],
  ['npm:../acme@1.0.0', 'it must be like npm:@acme/ai-pack@1.2.0'],
  ['npm:@acme/missing@1.0.0', 'E404'],
  ['npm:@acme/ai-pack@9.9.9', 'ETARGET'],
])('refuses %s', async (given, reason) => {
  const root = tempFolder();
  const { code, err } = await runIn(root, ['host', 'init', 'app', '--stack', given, '--yes']);
  expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
  expect(readdirSync(root)).toEqual([]);
});
