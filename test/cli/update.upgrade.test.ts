import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editAsUser, modulesOf, newModule, type Stack } from '../edited-module.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { succeedIn } from './fake-io.ts';
import { versionsOf } from './older-packs.ts';

describe.each<Stack>(['fastify', 'fastapi'])('a module of an older version of the pack %s', (stack) => {
  const versions = versionsOf(stack);
  const [oldest, today] = [versions[0], versions.at(-1)] as [(typeof versions)[0], (typeof versions)[0]];

  async function hostOf(pack: string, argv: readonly string[]): Promise<string> {
    const root = join(tempFolder(), 'host');
    await succeedIn(tempFolder(), ['host', 'init', root, '--stack', stack, '--yes']);
    use(root, pack);
    await succeedIn(root, argv);
    return root;
  }
  const use = (root: string, pack: string) => writeFileSync(join(root, 'ai-modules.yaml'), `stack: ${pack}\n`);
  const files = (root: string) => {
    const {
      'manifest.yaml': _,
      '.ai-module/pristine.base': __,
      ...rest
    } = snapshot(join(root, modulesOf[stack], 'notes'));
    return rest;
  };

  it.each([
    ['step by step', versions.slice(1)],
    ['in one go', [today]],
  ])('becomes like a new module and keeps the code of the user: %s', async (_, way) => {
    const old = newModule.map((one) => one.replace('top_k=', 'best='));
    const root = await hostOf(oldest.folder, old);
    const folder = join(root, modulesOf[stack], 'notes');
    expect(readFileSync(join(folder, 'notes.md'), 'utf8')).toContain('Notes');
    editAsUser(stack, folder, { names: { 'dependencies.ts': 'permissions.ts' } });
    for (const { folder: pack, version } of way) {
      use(root, pack);
      const { out } = await succeedIn(root, ['update', '--yes']);
      expect(out).toContain('Updated 1 module');
      expect(readFileSync(join(folder, '.ai-module/lock.yaml'), 'utf8')).toContain(`pack_version: "${version}"`);
    }
    expect((await succeedIn(root, ['update'])).out).toBe('1 module: everything is up to date.\n');
    expect(readFileSync(join(folder, 'manifest.yaml'), 'utf8')).toContain('  top_k:\n');

    const fresh = await hostOf(today.folder, newModule);
    editAsUser(stack, join(fresh, modulesOf[stack], 'notes'));
    expect(files(root)).toEqual(files(fresh));
  });
});
