import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, planChanges } from '../../../src/core/tree/plan.ts';
import { type RelPath, relPath } from '../../../src/core/tree/rel-path.ts';
import { type Tree, type TreeFile, textFile } from '../../../src/core/tree/tree.ts';

/** The initial state of a host, and a plan for it. */
export interface Scenario {
  /** `undefined`: the root does not exist. */
  readonly before: Tree | undefined;
  readonly plan: Plan;
  /** Sets up what a Tree cannot express. */
  readonly arrange?: (root: string) => void;
}

export function tree(files: Readonly<Record<string, string | TreeFile>>): Map<RelPath, TreeFile> {
  return new Map(
    Object.entries(files).map(([path, file]) => [relPath(path), typeof file === 'string' ? textFile(file) : file]),
  );
}

const moduleFiles = (folder: string): Tree =>
  tree({
    [`${folder}/index.ts`]: 'export const one = 1;\n',
    [`${folder}/crlf.txt`]: '\uFEFFa\r\nb\r\n',
    [`${folder}/logo.png`]: { content: new Uint8Array([0x89, 0x50, 0xff, 0x00]), mode: 0o644 },
    [`${folder}/tests/deep/a.test.ts`]: 'a\n',
    [`${folder}/tests/run.sh`]: textFile('#!/bin/sh\n', 0o755),
  });

const host = tree({ 'package.json': '{}\n', 'src/app.ts': 'app\n', '.env': 'SECRET=1\n', 'old/only.txt': 'old\n' });

function planOf(before: Tree, changed: Tree, newFolders: readonly string[], remove: readonly string[] = []): Plan {
  const removed = new Set(remove.map(relPath));
  const kept = [...before].filter(([path]) => !removed.has(path));
  return planChanges(before, new Map([...kept, ...changed]), { newFolders: newFolders.map(relPath), remove: removed });
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  'a new module': {
    before: host,
    plan: planOf(host, moduleFiles('src/modules/one'), ['src/modules/one']),
    arrange: (root) => mkdirSync(join(root, 'src/modules')),
  },
  'a new module below missing folders, with edits to host files': {
    before: host,
    plan: planOf(
      host,
      new Map([
        ...moduleFiles('app/modules/one'),
        ...tree({ 'package.json': '{ "a": 1 }\n', '.env': 'SECRET=2\n', 'src/app.ts': textFile('app\n', 0o755) }),
        ...tree({ 'docs/new/page.md': 'page\n', 'src/more.ts': 'more\n' }),
      ]),
      ['app/modules/one'],
      ['old/only.txt'],
    ),
    arrange: (root) => chmodSync(join(root, '.env'), 0o600),
  },
  'a removed module, with an edit of a host file': {
    before: new Map([...host, ...moduleFiles('src/modules/one'), ...tree({ 'src/modules/two/index.ts': 'two\n' })]),
    plan: planOf(
      new Map([...host, ...moduleFiles('src/modules/one')]),
      tree({ 'src/app.ts': 'app without one\n' }),
      [],
      [...moduleFiles('src/modules/one').keys()],
    ),
  },
  'a renamed module, with edits of a host file': {
    before: new Map([...host, ...moduleFiles('src/modules/one')]),
    plan: planOf(
      new Map([...host, ...moduleFiles('src/modules/one')]),
      new Map([...moduleFiles('src/modules/other'), ...tree({ 'src/app.ts': 'app with the other\n' })]),
      ['src/modules/other'],
      [...moduleFiles('src/modules/one').keys()],
    ),
  },
  'a new host in a folder that does not exist': {
    before: undefined,
    plan: planOf(new Map(), tree({ 'package.json': '{}\n', 'src/app.ts': 'app\n' }), []),
  },
};
