import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { findManifests } from '../../src/io/host/find-manifests.ts';
import { manifestsAtRef } from '../../src/io/host/manifests-at-ref.ts';
import { readCheckups } from '../../src/io/host/read-checkup.ts';
import { commitAll, type Files, git, repositoryOf, writeFiles } from './repository.ts';
import { tempFolder } from './temp-folder.ts';

const manifest = (name: string, version = '1.0.0') =>
  `name: ${name}\nversion: "${version}"\ndescription: Reads.\nauthor: Ada\nclass_name: OcrModule\n`;

const hostAt = (prefix = ''): Files => ({
  [`${prefix}ai-modules.yaml`]: 'stack: fastify\nmodules_dir: modules\n',
  [`${prefix}modules/ocr/manifest.yaml`]: manifest('ocr'),
  [`${prefix}modules/asr/manifest.yaml`]: manifest('asr'),
});

const readAt = async (cwd: string, ref: string, paths: readonly string[] = ['.']) => {
  const [checkup] = await readCheckups(cwd, await findManifests(cwd, paths));
  if (checkup === undefined) throw new Error('no modules');
  return manifestsAtRef(cwd, checkup, ref);
};

const versionsAt = async (cwd: string, ref: string, paths?: readonly string[]) =>
  (await readAt(cwd, ref, paths)).manifests.map(
    ({ file, text, isNear }) => `${file} ${/version: "(.*)"/.exec(text ?? '')?.[1]}${isNear ? '' : ' elsewhere'}`,
  );

const reasonAt = async (cwd: string, ref: string) =>
  readAt(cwd, ref).then(
    () => 'none',
    (error: unknown) => (error instanceof Failure ? `${error.code}: ${error.message} ${error.hint}` : String(error)),
  );

/** A host whose modules got version 2.0.0 in the working tree. */
function changedHost(prefix = ''): string {
  const root = repositoryOf(hostAt(prefix));
  for (const name of ['ocr', 'asr'])
    writeFiles(root, { [`${prefix}modules/${name}/manifest.yaml`]: manifest(name, '2.0.0') });
  return root;
}

const both = ['modules/asr/manifest.yaml 1.0.0', 'modules/ocr/manifest.yaml 1.0.0'];

describe('the manifests at a ref', () => {
  it.each(['HEAD', 'main', 'v1', 'annotated', 'HEAD~0', 'main...'])('are those of %s', async (ref) => {
    const root = changedHost();
    git(root, 'tag', 'v1');
    git(root, 'tag', '-a', 'annotated', '-m', 'One');
    expect(await versionsAt(root, ref)).toEqual(both);
  });

  it('are found from a subfolder, and in a host in a subfolder', async () => {
    const root = changedHost('apps/my [app] é/');
    const app = join(root, 'apps/my [app] é');
    expect(await versionsAt(app, 'HEAD')).toEqual(both);
    expect(await versionsAt(join(app, 'modules/ocr'), 'HEAD')).toEqual([
      '../asr/manifest.yaml 1.0.0',
      'manifest.yaml 1.0.0',
    ]);
    expect(await versionsAt(root, 'HEAD', [join(app, 'modules/ocr')])).toHaveLength(2);
  });

  it('are found in a linked worktree', async () => {
    const root = repositoryOf(hostAt());
    const tree = join(tempFolder(), 'tree');
    git(root, 'worktree', 'add', '--quiet', tree);
    writeFiles(tree, { 'modules/ocr/manifest.yaml': manifest('ocr', '2.0.0') });
    expect(await versionsAt(tree, 'main')).toEqual(both);
  });

  it('include modules that were elsewhere in the host', async () => {
    const root = repositoryOf(hostAt());
    mkdirSync(join(root, 'ai'));
    renameSync(join(root, 'modules'), join(root, 'ai/modules'));
    writeFiles(root, { 'ai-modules.yaml': 'stack: fastify\nmodules_dir: ai/modules\n' });
    expect(await versionsAt(root, 'HEAD')).toEqual(both.map((one) => `${one} elsewhere`));
  });

  it('are those of the commit where the branch left, with three dots', async () => {
    const root = repositoryOf(hostAt());
    git(root, 'checkout', '--quiet', '-b', 'topic');
    commitAll(root, 'Topic');
    git(root, 'checkout', '--quiet', 'main');
    writeFiles(root, { 'modules/ocr/manifest.yaml': manifest('ocr', '1.5.0') });
    commitAll(root, 'Main');
    git(root, 'checkout', '--quiet', 'topic');
    expect(await versionsAt(root, 'main')).toContain('modules/ocr/manifest.yaml 1.5.0');
    expect(await versionsAt(root, 'main...')).toEqual(both);
  });

  it('are none where there are none', async () => {
    const root = repositoryOf({ 'README.md': 'Empty.\n' });
    writeFiles(root, hostAt());
    expect(await versionsAt(root, 'HEAD')).toEqual([]);
  });

  it('have a reason if they cannot be read', async () => {
    const root = repositoryOf({ ...hostAt(), 'modules/ocr/manifest.yaml': new Uint8Array([0xff, 0xfe, 0x61, 0x00]) });
    const { manifests } = await readAt(root, 'HEAD');
    expect(manifests.map(({ text, reason }) => [text !== undefined, reason !== undefined])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('are elsewhere behind a link or in a submodule', async () => {
    const other = repositoryOf({ 'manifest.yaml': manifest('asr') });
    const root = repositoryOf({
      'ai-modules.yaml': 'stack: fastify\nmodules_dir: modules\n',
      'real/manifest.yaml': manifest('ocr'),
    });
    mkdirSync(join(root, 'modules'));
    symlinkSync('../real', join(root, 'modules/ocr'));
    git(root, 'submodule', '--quiet', 'add', other, 'modules/asr');
    commitAll(root);
    const { elsewhere } = await readAt(root, 'HEAD', ['modules']);
    expect([...elsewhere].sort()).toEqual([
      ['modules/asr/manifest.yaml', 'at HEAD, modules/asr is a submodule'],
      ['modules/ocr/manifest.yaml', 'at HEAD, modules/ocr is a link'],
    ]);
  });
});

describe('a ref is refused', () => {
  it.each(['nope', 'HEAD:modules', '0123456789012345678901234567890123456789', 'nope...', 'a b'])(
    'if it is %s',
    async (ref) => {
      expect(await reasonAt(repositoryOf(hostAt()), ref)).toMatch(
        /^ref-unusable: The modules cannot be compared with .*: there is no commit /,
      );
    },
  );

  it('in a shallow clone that does not have it', async () => {
    const root = repositoryOf(hostAt());
    commitAll(root, 'Second');
    const clone = join(tempFolder(), 'clone');
    git(root, 'clone', '--quiet', '--depth', '1', `file://${root}`, clone);
    expect(await versionsAt(clone, 'HEAD')).toEqual(both);
    expect(await reasonAt(clone, 'HEAD~1')).toMatch(
      /this is a shallow clone, which does not have it\. .*fetch-depth: 0/,
    );
  });

  it('outside a repository', async () => {
    const root = tempFolder();
    writeFiles(root, hostAt());
    expect(await reasonAt(root, 'HEAD')).toMatch(/is not in a git repository/);
  });

  it('in a repository without commits', async () => {
    const root = tempFolder();
    git(root, 'init', '--quiet');
    writeFiles(root, hostAt());
    expect(await reasonAt(root, 'HEAD')).toMatch(/there is no commit HEAD/);
  });
});

describe('the environment', () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!Object.hasOwn(before, name)) delete process.env[name];
    Object.assign(process.env, before);
  });

  it('of a hook of another repository does not matter', async () => {
    const [root, other] = [changedHost(), repositoryOf({ 'a.txt': 'a' })];
    process.env.GIT_DIR = join(other, '.git');
    process.env.GIT_WORK_TREE = other;
    process.env.GIT_INDEX_FILE = join(other, '.git/index');
    expect(await versionsAt(root, 'HEAD')).toEqual(both);
  });

  it('without git is reported', async () => {
    const root = changedHost();
    process.env.PATH = tempFolder();
    expect(await reasonAt(root, 'HEAD')).toMatch(/^ref-unusable: .*git is not installed/);
  });
});
