import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { mini } from './hosts.ts';
import { hostWithModule, packFolder, packWithRuntime, serviceWith, type UpdatedHost } from './update-packs.ts';

const service = (changes: Readonly<Record<string, string>>) => ({
  files: { 'module/service.ts.hbs': serviceWith(changes) },
});
const older = packWithRuntime('1.0.0');
const newer = packWithRuntime('1.1.0', service({ 'return 2': 'return 22' }), [1, 2, 255]);
const archive = (version: string) => `tiny-runtime-${version}.tgz`;
const jsonOf = (out: string) => JSON.parse(out);

describe('host init', () => {
  it('writes the archive and a dependency on it', async () => {
    const cwd = tempFolder();
    const init = ['host', 'init', '.', '--stack', older];
    const { out } = await succeedIn(cwd, [...init, '--dry-run', '--diff']);
    expect(out).toContain(`  vendor/\n    + ${archive('1.0.0')} (1 kB)\n`);
    expect(out).toContain(
      `diff --git a/vendor/${archive('1.0.0')} b/vendor/${archive('1.0.0')}\nnew file mode 100644\nBinary`,
    );
    const json = jsonOf((await succeedIn(cwd, [...init, '--json'])).out);
    expect(json.changes).toContainEqual({
      kind: 'create',
      path: `vendor/${archive('1.0.0')}`,
      mode: '100644',
      bytes: 4,
    });
    expect(snapshot(cwd)).toEqual(snapshot(tempFolder()));
    await succeedIn(cwd, [...init, '--yes']);
    expect([...readFileSync(join(cwd, 'vendor', archive('1.0.0')))]).toEqual([0x1f, 0x8b, 0, 255]);
    expect(readFileSync(join(cwd, 'package.json'), 'utf8')).toContain(
      `"tiny-runtime": "file:vendor/${archive('1.0.0')}"`,
    );
    expect(readFileSync(join(cwd, '.ai-module/pristine.base'), 'utf8')).not.toContain(
      'vendor/tiny-runtime-1.0.0.tgz" mode',
    );
    expect((await succeedIn(cwd, [...init, '--yes'])).out).toContain('Nothing to do.');
  });

  it('writes a version range and no archive with --runtime registry', async () => {
    const cwd = tempFolder();
    await succeedIn(cwd, ['host', 'init', '.', '--stack', older, '--runtime', 'registry', '--yes']);
    expect(readFileSync(join(cwd, 'package.json'), 'utf8')).toContain('"tiny-runtime": "^1.0.0"');
    expect(existsSync(join(cwd, 'vendor'))).toBe(false);
  });

  it.each([
    [['--stack', older, '--runtime', 'npm'], '--runtime must be vendored or registry, not npm.'],
    [['--stack', mini, '--runtime', 'registry'], '--runtime registry: hosts of mini have no runtime.'],
  ])('refuses %j', async (flags, message) => {
    const { code, err } = await runIn(tempFolder(), ['host', 'init', ...flags, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it('fails with one message if the archive is missing', async () => {
    const pack = packWithRuntime('1.0.0');
    rmSync(join(pack, 'runtime', archive('1.0.0')));
    const cwd = tempFolder();
    const { code, err } = await runIn(cwd, ['host', 'init', '.', '--stack', pack, '--yes']);
    expect([code, err]).toEqual([
      3,
      expect.stringContaining(`The archive of the runtime is missing in this installation: ${join(pack, 'runtime')}`),
    ]);
    expect(snapshot(cwd)).toEqual(snapshot(tempFolder()));
  });
});

describe('a host with an older runtime', () => {
  let host: UpdatedHost;
  const read = (path: string) => readFileSync(join(host.root, path), 'utf8');
  const replace = (path: string, from: string, to: string) =>
    writeFileSync(join(host.root, path), read(path).replace(from, to));
  beforeEach(async () => {
    host = await hostWithModule(older);
    host.use(newer);
  });

  it('is updated with --host, with its modules, and keeps edits', async () => {
    replace('package.json', '"private": true', '"private": true,\n  "license": "MIT"');
    const { out, err } = await succeedIn(host.root, ['update', '--host', '--yes']);
    expect(err).toContain(`    - ${archive('1.0.0')}\n    + ${archive('1.1.0')} (1 kB)\n`);
    expect(out).toContain('Updated 1 module and the host');
    expect(err).toMatch(/Next:\n {2}stop the host and its workers\n {2}node --version\n {2}start them again\n/);
    expect(readdirSync(join(host.root, 'vendor'))).toEqual([archive('1.1.0')]);
    expect(read('package.json')).toContain('"license": "MIT"');
    expect(read('package.json')).toContain(`file:vendor/${archive('1.1.0')}`);
    expect(host.read('service.ts')).toContain('return 22');
    expect((await succeedIn(host.root, ['update', '--host', '--check'])).out).toContain('everything is up to date');

    await succeedIn(host.root, ['undo', '--yes']);
    expect([...readFileSync(join(host.root, 'vendor', archive('1.0.0')))]).toEqual([0x1f, 0x8b, 0, 255]);
    expect(readdirSync(join(host.root, 'vendor'))).toEqual([archive('1.0.0')]);
  });

  it('refuses modules that need the newer one, and touches nothing', async () => {
    const before = snapshot(host.root);
    for (const args of [['update'], ['update', 'notes'], ['add', 'event', 'notes.filed'], ['new', 'memos']]) {
      const { code, err } = await runIn(host.root, [...args, '--yes']);
      expect([code, err]).toEqual([
        2,
        expect.stringContaining('The modules need tiny-runtime 1.1.0, but the host depends on 1.0.0.'),
      ]);
      expect(err).toContain('Run `create-ai-module update --host` first.');
      expect(snapshot(host.root)).toEqual(before);
    }
  });

  it('refuses them too if it names no runtime, like a host of 0.1', async () => {
    replace('package.json', /"tiny-runtime.*/.exec(read('package.json'))?.[0] ?? '', '');
    const { code, err } = await runIn(host.root, ['update', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('but the host does not depend on it.')]);
  });

  it('reports conflicts in its own files first', async () => {
    replace('package.json', `file:vendor/${archive('1.0.0')}`, '1.0.0');
    const before = snapshot(host.root);
    const { code, err, out } = await runIn(host.root, ['update', '--host', '--yes']);
    expect(code).toBe(1);
    expect(err).toContain('conflict package.json:4 ');
    expect(out).toContain('Nothing was written.');
    expect(snapshot(host.root)).toEqual(before);
  });

  it('is reported by status', async () => {
    const { out } = await succeedIn(host.root, ['status']);
    expect(out).toContain('tiny-runtime 1.0.0\n  outdated  1.1.0 is available; run `create-ai-module update --host`\n');
    expect(jsonOf((await succeedIn(host.root, ['status', '--json'])).out).runtime).toEqual({
      package: 'tiny-runtime',
      version: '1.0.0',
      expected: '1.1.0',
      state: 'outdated',
      reason: '1.1.0 is available; run `create-ai-module update --host`',
    });
  });
});

describe('status of a host with the same version', () => {
  let host: UpdatedHost;
  const status = async () => (await succeedIn(host.root, ['status'])).out;
  beforeEach(async () => {
    host = await hostWithModule(older);
  });

  it('is clean', async () => expect(await status()).toContain('tiny-runtime 1.0.0 clean\n'));

  it('reports another archive, which update --host replaces', async () => {
    writeFileSync(join(host.root, 'vendor', archive('1.0.0')), Uint8Array.from([9, 255]));
    expect(await status()).toContain(
      `edited  vendor/${archive('1.0.0')} is not the archive that create-ai-module delivers`,
    );
    await succeedIn(host.root, ['update', '--host', '--yes']);
    expect(await status()).toContain('tiny-runtime 1.0.0 clean\n');
  });

  it('reports a missing archive, which update --host restores', async () => {
    rmSync(join(host.root, 'vendor'), { recursive: true });
    expect(await status()).toContain(`missing  vendor/${archive('1.0.0')} is missing`);
    await succeedIn(host.root, ['update', '--host', '--yes']);
    expect(await status()).toContain('tiny-runtime 1.0.0 clean\n');
  });

  it('reports modules that a newer pack generated than the host', async () => {
    const lock = join(host.root, 'modules/notes/.ai-module/lock.yaml');
    host.use(packFolder('1.2.0'));
    await succeedIn(host.root, ['update', '--yes']);
    expect(readFileSync(lock, 'utf8')).toContain('pack_version: "1.2.0"');
    const { err } = await succeedIn(host.root, ['status']);
    expect(err).toContain('Note: notes was generated by mini@1.2.0, but the host by 1.0.0.');
  });
});

describe('a host with the runtime of a registry', () => {
  it('keeps the registry with update --host', async () => {
    const root = join(tempFolder(), 'host');
    await succeedIn(tempFolder(), ['host', 'init', root, '--stack', older, '--runtime', 'registry', '--yes']);
    writeFileSync(join(root, 'ai-modules.yaml'), `stack: ${newer}\n`);
    await succeedIn(root, ['update', '--host', '--yes']);
    expect(readFileSync(join(root, 'package.json'), 'utf8')).toContain('"tiny-runtime": "^1.1.0"');
    expect(existsSync(join(root, 'vendor'))).toBe(false);
    const { out } = await succeedIn(root, ['status']);
    expect(out).toContain('tiny-runtime 1.1.0 clean\n');
  });
});
