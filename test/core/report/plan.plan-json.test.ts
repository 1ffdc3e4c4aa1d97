import { expect, it } from 'vitest';
import { planResultToJson } from '../../../src/core/report/plan.ts';
import { planChanges } from '../../../src/core/tree/plan.ts';
import { relPath } from '../../../src/core/tree/rel-path.ts';
import { type TreeFile, textFile } from '../../../src/core/tree/tree.ts';

it('contains everything to write, and no unchanged files', async () => {
  const current = new Map([
    [relPath('same'), textFile('1')],
    [relPath('changed'), textFile('1')],
    [relPath('gone'), textFile('1')],
  ]);
  const desired = new Map<ReturnType<typeof relPath>, TreeFile>([
    [relPath('same'), textFile('1')],
    [relPath('changed'), textFile('2', 0o755)],
    [relPath('new.png'), { content: Uint8Array.from([0, 255]), mode: 0o644 }],
  ]);
  const options = { remove: new Set([relPath('gone')]), newFolders: [relPath('folder')] };
  const plan = planChanges(current, desired, options);
  expect(JSON.parse(await planResultToJson({ command: 'add', written: false, plan }, { host: '/app' }))).toEqual({
    schemaVersion: 1,
    command: 'add',
    written: false,
    newFolders: ['folder'],
    diagnostics: [],
    host: '/app',
    changes: [
      { kind: 'update', path: 'changed', mode: '100755', content: '2' },
      { kind: 'delete', path: 'gone' },
      { kind: 'create', path: 'new.png', mode: '100644', bytes: 2 },
    ],
  });
});
