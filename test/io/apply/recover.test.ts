import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Plan, planChanges } from '../../../src/core/tree/plan.ts';
import { relPath } from '../../../src/core/tree/rel-path.ts';
import { applyPlan } from '../../../src/io/apply/apply-plan.ts';
import { recover } from '../../../src/io/apply/recover.ts';
import { stateFolder } from '../../../src/io/fs/read-tree.ts';
import { snapshot, tempFolder, writeTree } from '../temp-folder.ts';
import { countingDisk, Death } from './fault-disk.ts';
import { tree } from './scenarios.ts';

const before = tree({ 'package.json': '{}\n', 'old/f': 'old\n' });
const wanted = tree({ 'package.json': '{ "a": 1 }\n', 'modules/one/a': 'a\n', 'modules/one/b': 'b\n', 'src/x': 'x\n' });
const plan = planChanges(before, wanted, {
  newFolders: [relPath('modules/one')],
  remove: new Set([relPath('old/f')]),
});

/** A run that was killed after all moves, just before the commit point. */
async function killedBeforeCommit(): Promise<string> {
  const root = tempFolder();
  writeTree(root, before);
  await killBeforeCommit(root, plan);
  return root;
}

async function killBeforeCommit(root: string, plan: Plan): Promise<void> {
  let isDead = false;
  const disk = countingDisk((_, name, [, to]) => {
    isDead ||= name === 'rename' && String(to).endsWith('committed');
    if (isDead) throw new Death();
  });
  await expect(applyPlan(root, plan, { disk })).rejects.toBeInstanceOf(Death);
  const state = join(root, stateFolder);
  for (const name of readdirSync(state)) if (name.startsWith('claim_')) rmSync(join(state, name));
}

it('returns undefined without an interrupted run, and removes an empty state folder', async () => {
  const root = tempFolder();
  expect(await recover(root)).toBeUndefined();
  expect(await recover(join(root, 'none'))).toBeUndefined();
  mkdirSync(join(root, stateFolder));
  expect(await recover(root)).toBeUndefined();
  expect(readdirSync(root)).toEqual([]);
});

it('removes a root that the run created, with its new parent folders', async () => {
  const outer = tempFolder();
  const root = join(outer, 'x/y');
  await killBeforeCommit(root, planChanges(new Map(), before));
  expect(existsSync(join(root, 'package.json'))).toBe(true);
  expect(await recover(root)).toMatchObject({ outcome: 'undone', edited: [] });
  expect(readdirSync(outer)).toEqual([]);
});

describe('an edit after the run was interrupted', () => {
  it('is kept together with the earlier content; all else is restored', async () => {
    const root = await killedBeforeCommit();
    writeFileSync(join(root, 'package.json'), '{ "mine": 1 }\n');
    writeFileSync(join(root, 'modules/one/b'), 'mine\n');
    mkdirSync(join(root, 'old'), { recursive: true });
    writeFileSync(join(root, 'old/f'), 'mine again\n');
    expect(await recover(root)).toMatchObject({
      outcome: 'undone',
      pid: process.pid,
      paths: ['modules/one', 'src/x', 'package.json', 'old/f'],
      edited: [
        { path: 'old/f', before: 'old/f.orig' },
        { path: 'package.json', before: 'package.json.orig' },
        { path: 'modules/one' },
      ],
    });
    const texts = Object.keys(snapshot(root)).filter((path) => !path.endsWith('/'));
    expect(Object.fromEntries(texts.map((path) => [path, readFileSync(join(root, path), 'utf8')]))).toEqual({
      'package.json': '{ "mine": 1 }\n',
      'package.json.orig': '{}\n',
      'modules/one/a': 'a\n',
      'modules/one/b': 'mine\n',
      'old/f': 'mine again\n',
      'old/f.orig': 'old\n',
    });
  });

  it('is detected when it adds a file to a new folder', async () => {
    const root = await killedBeforeCommit();
    writeFileSync(join(root, 'modules/one/c'), 'mine\n');
    expect((await recover(root))?.edited).toEqual([{ path: 'modules/one' }]);
    expect(readFileSync(join(root, 'package.json'), 'utf8')).toBe('{}\n');
  });

  it('does not overwrite an existing .orig file', async () => {
    const root = await killedBeforeCommit();
    writeFileSync(join(root, 'package.json.orig'), 'older\n');
    writeFileSync(join(root, 'package.json'), 'mine\n');
    expect((await recover(root))?.edited).toEqual([{ path: 'package.json', before: 'package.json.orig1' }]);
    expect(readFileSync(join(root, 'package.json.orig'), 'utf8')).toBe('older\n');
  });
});

describe('a journal that this tool did not write', () => {
  const staged = '.create-ai-module-x-0.new';
  const backup = '.create-ai-module-x-0.old';
  const journal = (changes: object): string =>
    JSON.stringify({ version: 1, pid: 1, rootFolders: 0, folders: [], moves: [], ...changes });
  const move = (changes: object): string => journal({ moves: [{ kind: 'add', target: 'f', staged, ...changes }] });

  it.each<[string, string]>([
    ['nothing', ''],
    ['garbage', '\0\u0001garbage'],
    ['half a journal', journal({}).slice(0, 30)],
    ['null', 'null'],
    ['another version', journal({ version: 2 })],
    ['invalid moves', journal({ moves: [null] })],
    ['a move of an unknown kind', move({ kind: 'burn' })],
    ['a target outside', move({ target: '../precious' })],
    ['an absolute target', move({ target: '/tmp/precious' })],
    ['a target through a link', move({ target: 'link/precious' })],
    ['a staged file that belongs to the user', move({ staged: 'precious' })],
    ['a backup that belongs to the user', move({ kind: 'remove', backup: 'precious' })],
    ['a backup outside', move({ kind: 'remove', backup: `../${backup}` })],
    ['a folder outside', journal({ folders: ['../outside'] })],
    ['invalid stamps', move({ stamps: { a: 1 } })],
  ])('is rejected: %s', async (_, text) => {
    const outer = tempFolder();
    const root = join(outer, 'root');
    mkdirSync(join(root, stateFolder), { recursive: true });
    mkdirSync(join(outer, 'outside'));
    for (const path of ['precious', 'outside/precious', 'root/precious', `${backup}`])
      writeFileSync(join(outer, path), 'p');
    symlinkSync('../outside', join(root, 'link'));
    writeFileSync(join(root, stateFolder, 'begun'), text);
    const found = snapshot(outer);
    const file = join(root, stateFolder, 'begun');
    await expect(recover(root)).rejects.toMatchObject({ code: 'journal-unreadable', args: { file } });
    await expect(applyPlan(root, plan)).rejects.toMatchObject({ code: 'journal-unreadable' });
    expect(snapshot(outer)).toEqual(found);
    expect(existsSync(file)).toBe(true);
  });
});
