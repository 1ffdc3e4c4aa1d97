import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, serviceWith, type UpdatedHost } from './update-packs.ts';

const file = 'service.ts';
const newer = packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } });

let host: UpdatedHost;
beforeEach(async () => {
  host = await hostWithModule();
});

describe('an update of the pack', () => {
  it('merges into edited files, and the second run changes nothing', async () => {
    host.edit(file, 'return 1', 'return 11');
    host.use(newer);
    const { out, err } = await succeedIn(host.root, ['update', '--yes']);
    expect(host.read(file)).toContain('return 11');
    expect(host.read(file)).toContain('return 22');
    expect(err).toContain('notes (mini@1.2.0 → 1.3.0)');
    expect(out).toBe('Updated 1 module: 3 files changed\n');
    expect(host.read('.ai-module/lock.yaml')).toContain('pack_version: "1.3.0"');

    const before = snapshot(host.root);
    expect((await succeedIn(host.root, ['update'])).out).toBe('1 module: everything is up to date.\n');
    expect(snapshot(host.root)).toEqual(before);
  });

  it('renames files that the pack renamed, and deletes those it removed', async () => {
    host.edit(file, 'return 1', 'return 11');
    const pack = packFolder('2.0.0', {
      files: { 'module/core.ts.hbs': serviceWith() },
      meta: 'renames: [{ from: service.ts, to: core.ts }]\n',
    });
    rmSync(join(pack, 'module/service.ts.hbs'));
    rmSync(join(pack, 'module/check.mjs'));
    host.use(pack);
    await succeedIn(host.root, ['update', '--yes']);
    expect(host.read('core.ts')).toContain('return 11');
    for (const gone of [file, 'check.mjs']) expect(existsSync(join(host.root, 'modules/notes', gone))).toBe(false);
  });

  // The merge base contains the text of every file, so it resembles a file that is as long as all others together.
  it('does not treat the merge base as the missing file', async () => {
    const long = Array.from({ length: 400 }, (_, index) => `line ${index}\n`).join('');
    const longer = { 'module/long.txt': long.replace('line 300', 'line three hundred') };
    host = await hostWithModule(packFolder('1.2.0', { files: { 'module/long.txt': long } }));
    const place = join(host.root, 'modules/notes');
    renameSync(join(place, 'long.txt'), join(place, 'mine.txt'));
    host.use(packFolder('1.3.0', { files: longer }));
    await succeedIn(host.root, ['update', '--yes']);
    expect(host.read('mine.txt')).toContain('line three hundred');
    rmSync(join(place, 'mine.txt'));
    host.use(packFolder('1.4.0', { files: { 'module/long.txt': long } }));
    await succeedIn(host.root, ['update', '--yes']);
    expect(existsSync(join(place, 'long.txt'))).toBe(false);
  });

  it('changes the case of a file name as the pack does, and keeps the edits', async () => {
    host = await hostWithModule(packFolder('1.2.0', { files: { 'module/Guide.ts.hbs': serviceWith() } }));
    host.edit('Guide.ts', 'return 1', 'return 11');
    host.use(packFolder('1.3.0', { files: { 'module/guide.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } }));
    await succeedIn(host.root, ['update', '--yes']);
    for (const text of ['return 11', 'return 22']) expect(host.read('guide.ts')).toContain(text);
    expect(readdirSync(join(host.root, 'modules/notes'))).not.toContain('Guide.ts');
    expect((await succeedIn(host.root, ['update'])).out).toBe('1 module: everything is up to date.\n');
  });

  it('keeps deleted files deleted until --restore', async () => {
    rmSync(join(host.root, 'modules/notes', file));
    const note =
      'modules/notes/service.ts stays deleted, but its generated version has changed. To restore it, run `create-ai-module update notes --restore service.ts`.';
    for (const pack of [
      packFolder('1.2.9', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 3' }) } }),
      newer,
    ]) {
      host.use(pack);
      const dry = JSON.parse((await succeedIn(host.root, ['update', '--dry-run', '--json'])).out);
      expect(dry.notes).toEqual([note]);
      expect((await succeedIn(host.root, ['update', '--yes'])).err).toContain(`Note: ${note}\n`);
      expect((await succeedIn(host.root, ['update', '--yes'])).err).not.toContain('stays deleted');
    }
    expect(existsSync(join(host.root, 'modules/notes', file))).toBe(false);
    expect(host.read('.ai-module/lock.yaml')).toContain('deleted:\n  - "service.ts"\n');
    expect((await runIn(host.root, ['update', '--yes', '--restore', 'servise.ts'])).code).toBe(2);
    await succeedIn(host.root, ['update', '--yes', '--restore', file]);
    expect(host.read(file)).toContain('return 22');
    expect(host.read('.ai-module/lock.yaml')).not.toContain('deleted');
  });

  it('never restores an owned file that was deleted', async () => {
    rmSync(join(host.root, 'modules/notes/README.md'));
    host.use(newer);
    await succeedIn(host.root, ['update', '--yes']);
    expect(existsSync(join(host.root, 'modules/notes/README.md'))).toBe(false);
  });
});

describe('an edit of the manifest', () => {
  it('changes the code, and settings the host', async () => {
    host.edit('manifest.yaml', 'Keeps notes', 'Keeps many notes');
    host.edit(file, 'return 1', 'return 11');
    await succeedIn(host.root, ['update', 'notes', '--yes']);
    expect(host.read(file)).toContain('// Keeps many notes');
    expect(host.read(file)).toContain('return 11');
    expect(host.read('index.ts')).toContain('Keeps many notes');
  });

  it('that is invalid is reported at its line, and nothing is written', async () => {
    host.edit('manifest.yaml', 'version: ', 'versoin: ');
    const before = snapshot(host.root);
    const { code, err } = await runIn(host.root, ['update', '--yes']);
    expect(code).toBe(2);
    expect(err).toContain('modules/notes/manifest.yaml:2:1');
    expect(snapshot(host.root)).toEqual(before);
  });
});

describe('a conflict', () => {
  beforeEach(() => {
    host.edit(file, 'return 2', 'return 2000');
    host.use(newer);
  });

  it('stops the update if prompts are not allowed', async () => {
    const before = snapshot(host.root);
    const { code, out, err } = await runIn(host.root, ['update', '--yes']);
    expect(code).toBe(1);
    expect(err).toContain('conflict modules/notes/service.ts:8 the same lines changed on both sides (edit/edit)');
    expect(out).toContain('Nothing was written.');
    expect(snapshot(host.root)).toEqual(before);
  });

  it('is marked in the file, and blocks updates until it is resolved', async () => {
    expect((await runIn(host.root, ['update', '--yes', '--on-conflict', 'markers'])).code).toBe(1);
    expect(host.read(file)).toContain(
      '<<<<<<< yours\n  return 2000;\n||||||| base mini@1.2.0\n  return 2;\n=======\n  return 22;\n>>>>>>> mini@1.3.0\n',
    );
    const before = snapshot(host.root);
    const again = await runIn(host.root, ['update', '--yes', '--on-conflict', 'markers']);
    expect(again.code).toBe(1);
    expect(again.err).toContain('service.ts:8 has unresolved conflicts');
    expect(snapshot(host.root)).toEqual(before);

    host.write(file, host.read(file).replace(/<<<<<<<.*\n(.*\n)[^>]*>>>>>>>.*\n/, '$1'));
    await succeedIn(host.root, ['update', '--yes']);
    expect(host.read(file)).toContain('return 2000');
    expect((await runIn(host.root, ['update', '--check'])).code).toBe(0);
  });

  it.each([
    ['ours', 0, 'return 2000'],
    ['theirs', 0, 'return 22;'],
    ['sidecar', 1, 'return 2000'],
  ])('with --on-conflict %s exits %s', async (how, exit, kept) => {
    const { code } = await runIn(host.root, ['update', '--yes', '--on-conflict', how]);
    expect(code).toBe(exit);
    expect(host.read(file)).toContain(kept);
    expect(existsSync(join(host.root, 'modules/notes/service.ts.new'))).toBe(how === 'sidecar');
    // The generated version beside the file is still to be merged.
    expect((await runIn(host.root, ['update', '--check'])).code).toBe(exit);
  });

  it('on a terminal is shown before the plan, which can be declined', async () => {
    const before = snapshot(host.root);
    const refused = await runIn(host.root, ['update'], { replies: { 'Write these files?': false } });
    expect(refused.code).toBe(130);
    expect(snapshot(host.root)).toEqual(before);
  });
});

describe('the summary names and counts', () => {
  const three = async () => {
    for (const name of ['drafts', 'tasks']) await succeedIn(host.root, ['new', name, '--author', 'Ann', '--yes']);
    const manifest = host.read('manifest.yaml').replace(/description: .*/, 'description: Keeps other notes');
    host.write('manifest.yaml', manifest);
  };

  it('the changed modules', async () => {
    await three();
    const dry = await succeedIn(host.root, ['update', '--dry-run']);
    expect(dry.out).toMatch(/^Update notes \(mini@1\.2\.0\) in /);
    expect(dry.out).toMatch(/\n1 of 3 modules: \d files? to change\n$/);
    const { out } = await succeedIn(host.root, ['update', '--yes']);
    expect(out).toMatch(/^Updated 1 of 3 modules: \d files? changed\n$/);
    expect((await succeedIn(host.root, ['update'])).out).toBe('3 modules: everything is up to date.\n');
  });

  it('all modules if all changed', async () => {
    await three();
    host.use(newer);
    expect((await succeedIn(host.root, ['update', '--yes'])).out).toMatch(/^Updated 3 modules: /);
  });

  it('the module of add', async () => {
    await three();
    const { out } = await succeedIn(host.root, ['add', 'event', 'tasks.done', '--module', 'tasks', '--yes']);
    expect(out).toMatch(/^Updated 1 module: /);
  });
});

describe('without writing', () => {
  it('--check exits with 1 if there are changes', async () => {
    expect((await runIn(host.root, ['update', '--check'])).code).toBe(0);
    host.use(newer);
    const before = snapshot(host.root);
    expect((await runIn(host.root, ['update', '--check'])).code).toBe(1);
    expect(snapshot(host.root)).toEqual(before);
  });

  it('--dry-run shows the plan that --json prints and an update applies', async () => {
    host.use(newer);
    const before = snapshot(host.root);
    const dry = await succeedIn(host.root, ['update', '--dry-run', '--diff']);
    expect(dry.out).toContain('+  return 22;');
    const { out } = await succeedIn(host.root, ['update', '--dry-run', '--json']);
    expect(snapshot(host.root)).toEqual(before);
    const result = JSON.parse(out);
    expect(result.written).toBe(false);
    expect(result.modules[0]).toMatchObject({
      name: 'notes',
      from: { version: '1.2.0' },
      to: { version: '1.3.0' },
      conflicts: [],
    });
    await succeedIn(host.root, ['update', '--yes']);
    for (const change of result.changes)
      expect(host.read(change.path.slice('modules/notes/'.length))).toBe(change.content);
  });

  it('status lists the files that differ from the generated ones', async () => {
    expect((await succeedIn(host.root, ['status'])).out).toBe('notes mini@1.2.0 clean\n');
    host.edit(file, 'return 1', 'return 11');
    rmSync(join(host.root, 'modules/notes/check.mjs'));
    host.use(newer);
    expect((await succeedIn(host.root, ['status'])).out).toBe(
      [
        'notes mini@1.2.0 → 1.3.0',
        '  deleted  check.mjs  you deleted it',
        '  both     service.ts  changed on both sides; merged',
        '',
      ].join('\n'),
    );
    const { modules } = JSON.parse((await succeedIn(host.root, ['status', '--json'])).out);
    expect(modules[0].files).toContainEqual({
      path: 'README.md',
      state: 'owned',
      reason: 'your file since it was created',
    });
  });

  it('diff shows the update, the changes of the pack, or the changes of the user', async () => {
    host.edit(file, 'return 1', 'return 11');
    host.use(newer);
    const lines = async (...flags: string[]) =>
      (await succeedIn(host.root, ['diff', 'notes', ...flags])).out.split('\n').filter((line) => /^[-+] /.test(line));
    expect(await lines('--mine')).toEqual(['-  return 1;', '+  return 11;']);
    expect(await lines('--template')).toEqual(['-  return 2;', '+  return 22;']);
    expect(await lines()).toContain('+  return 22;');
    expect((await lines()).filter((line) => line === '+  return 22;')).toHaveLength(1);
    expect(await lines()).not.toContain('+  return 11;');
  });
});

it('ignores entries in the folder of modules that are not modules', async () => {
  host.write('../.gitkeep', '');
  host.write('../__init__.py', '');
  mkdirSync(join(host.root, 'modules/__pycache__'));
  expect((await succeedIn(host.root, ['update'])).out).toBe('1 module: everything is up to date.\n');
});

describe('an update that is not possible is refused with the reason', () => {
  const fail = async (...argv: string[]) => {
    const before = snapshot(host.root);
    const { code, err } = await runIn(host.root, ['update', '--yes', ...argv]);
    expect(snapshot(host.root)).toEqual(before);
    expect(code).toBe(2);
    return err;
  };

  it('an unknown module', async () => {
    expect(await fail('nots')).toContain('Did you mean notes?');
    expect(await fail('unlike')).toContain('Available modules: notes.');
  });

  it('an unknown conflict style', async () => {
    expect(await fail('--on-conflict', 'union')).toContain('--on-conflict must be');
  });
});
