import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtimeContextOf } from '../../src/core/pack/runtime/runtime.ts';
import { bundledMeta, bundledNames } from '../../src/io/pack/bundled-pack.ts';
import { builtBin } from './built-bin.ts';
import { type Registry, startRegistry } from './registry.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'package-'));
const run = promisify(execFile);

/** The package to publish: the build and package.json. */
const source = join(scratch, 'source');
let tarball: { filename: string; size: number; unpackedSize: number; files: { path: string; size: number }[] };

beforeAll(async () => {
  const dist = dirname(await builtBin());
  mkdirSync(source);
  cpSync(dist, join(source, 'dist'), { recursive: true });
  for (const file of ['README.md', 'LICENSE', 'THIRD-PARTY-NOTICES']) cpSync(join(project, file), join(source, file));
  const {
    scripts: _scripts,
    devDependencies: _dev,
    ...manifest
  } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', scratch], { cwd: source });
  [tarball] = JSON.parse(stdout) as [typeof tarball];
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the package', () => {
  it('has at most two megabytes unpacked, besides the archives of the runtimes', () => {
    const archives = tarball.files.filter(({ path }) => path.startsWith('dist/runtimes/'));
    const size = archives.reduce((rest, { size }) => rest - size, tarball.unpackedSize);
    expect(size).toBeLessThanOrEqual(2_000_000);
  });

  it('contains only the bundle, the packs and documents', () => {
    const paths = tarball.files.map(({ path }) => path);
    expect(
      paths.filter(
        (path) =>
          !/^(dist\/[\w.-]+\.cjs|dist\/(manifest|diagnostics|output)\.schema\.json|dist\/packs\/[\w.-]+\.(cjs|br)|dist\/runtimes\/[\w.+-]+\.(tgz|whl)|dist\/runtimes\/sql\/\w+\.sql|package\.json|README\.md|LICENSE|THIRD-PARTY-NOTICES)$/.test(
            path,
          ),
      ),
    ).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(['dist/create-ai-module.cjs', 'THIRD-PARTY-NOTICES']));
  });

  it('contains the archives of the runtimes', async () => {
    const metas = await Promise.all(bundledNames.map((name) => bundledMeta(name)));
    const archives = metas.flatMap(({ runtime }) => (runtime ? [runtimeContextOf(runtime).archive] : []));
    const found = tarball.files.filter(({ path }) => /^dist\/runtimes\/[^/]+$/.test(path));
    const kB = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
    const sizes = found.map(({ path, size }) => `${basename(path)} ${kB(size)}`);
    const { size, unpackedSize } = tarball;
    process.stdout.write(`package ${kB(size)}, unpacked ${kB(unpackedSize)}; ${sizes.join(', ') || 'no runtime'}\n`);
    expect(found.map(({ path }) => basename(path)).sort()).toEqual(archives.sort());
  });

  it('has no dependencies', () => {
    const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(manifest.peerDependencies ?? {}).toEqual({});
  });
});

describe('installed from its tarball, without a network', () => {
  const app = join(scratch, 'app');
  const bin = join(app, 'node_modules/.bin/create-ai-module');

  beforeAll(async () => {
    mkdirSync(app);
    writeFileSync(join(app, 'package.json'), '{"private": true}');
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(scratch, tarball.filename)], {
      cwd: app,
    });
  });

  it('prints its version', async () => {
    const { stdout } = await run(bin, ['--version'], { cwd: app });
    expect(stdout.trim()).toBe(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).version);
  });

  it.each([
    ['fastify', 'src/ai/modules'],
    ['fastapi', 'app/ai/modules'],
  ])('creates a %s host and a module', async (stack, modules) => {
    await run(bin, ['host', 'init', stack, '--stack', stack, '--yes'], { cwd: app });
    await run(bin, ['new', 'note_taker', '--host', stack, '--author', 'A Tester', '--yes'], { cwd: app });
    expect(existsSync(join(app, stack, modules, 'note_taker/manifest.yaml'))).toBe(true);
  });
});

describe('published to a registry', () => {
  let registry: Registry;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    registry = await startRegistry();
    const config = join(scratch, 'npmrc');
    writeFileSync(config, `registry=${registry.url}\n//127.0.0.1:${registry.port}/:_authToken=test\n`);
    env = {
      ...process.env,
      npm_config_userconfig: config,
      npm_config_registry: registry.url,
      npm_config_cache: join(scratch, 'cache'),
    };
    await run('npm', ['publish', '--tag', 'latest', join(scratch, tarball.filename)], { cwd: scratch, env });
  });
  afterAll(() => registry.close());

  it.each([
    [
      'npm create',
      ['create', 'ai-module@latest', '--yes', '--', 'host', 'init', 'by-create', '--stack', 'fastify', '--yes'],
      'by-create',
    ],
    [
      'npx',
      ['exec', '--yes', '--', 'create-ai-module', 'host', 'init', 'by-npx', '--stack', 'fastify', '--yes'],
      'by-npx',
    ],
  ])('runs with %s', async (_name, args, folder) => {
    const empty = mkdtempSync(join(scratch, 'empty-'));
    await run('npm', args, { cwd: empty, env });
    expect(existsSync(join(empty, folder, 'ai-modules.yaml'))).toBe(true);
  });
});
