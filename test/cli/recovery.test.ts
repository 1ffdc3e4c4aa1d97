import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Plan, planChanges } from '../../src/core/tree/plan.ts';
import { relPath } from '../../src/core/tree/rel-path.ts';
import { type FileMode, textFile } from '../../src/core/tree/tree.ts';
import { applyPlan } from '../../src/io/apply/apply-plan.ts';
import { Death, faultDisk, removeClaims } from '../io/apply/fault-disk.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { succeedIn } from './fake-io.ts';
import { mini, newHost } from './hosts.ts';

/** The plan that a command shows with `--json`, without changes to existing files. */
async function planOf(cwd: string, argv: readonly string[]): Promise<Plan> {
  const { changes, newFolders } = JSON.parse((await succeedIn(cwd, [...argv, '--dry-run', '--json'])).out);
  const files = changes.map((change: { path: string; content: string; mode: string }) => [
    relPath(change.path),
    textFile(change.content, Number.parseInt(change.mode.slice(3), 8) as FileMode),
  ]);
  return planChanges(new Map(), new Map(files), { newFolders: newFolders.map(relPath) });
}

async function emptyFolder(): Promise<string> {
  const folder = join(tempFolder(), 'host');
  mkdirSync(folder);
  return folder;
}

it.each<[string, () => Promise<string>, readonly string[]]>([
  ['new', newHost, ['new', 'alpha', '--author', 'Ada']],
  ['host init', emptyFolder, ['host', 'init', '.', '--stack', mini]],
  [
    'host init, in a folder that does not exist',
    async () => tempFolder(),
    ['host', 'init', 'a/there', '--stack', mini],
  ],
])('%s recovers after an earlier run was killed at any step', async (_, arrange, argv) => {
  const clean = await arrange();
  const plan = await planOf(clean, argv);
  await succeedIn(clean, [...argv, '--yes']);
  let recovered = 0;
  for (let step = 1; ; step += 1) {
    const root = await arrange();
    const { disk, fired } = faultDisk(step, 'death');
    const problem = await applyPlan(root, plan, { disk }).catch((error: unknown) => error);
    if (!fired()) break;
    expect(problem).toBeInstanceOf(Death);
    removeClaims(root);
    const { err } = await succeedIn(root, [...argv, '--yes']).catch((error: Error) => {
      if (!error.message.includes('already exists')) throw error;
      return { err: error.message };
    });
    if (err.includes('was interrupted. Its changes were')) recovered += 1;
    expect(snapshot(root), `step ${step}`).toEqual(snapshot(clean));
  }
  expect(recovered).toBeGreaterThan(3);
});
