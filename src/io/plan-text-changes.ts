import { relative } from 'node:path';
import { Failure } from '../core/failure.ts';
import { relPath } from '../core/text/rel-path.ts';
import { type Plan, planChanges } from '../core/tree/plan.ts';
import type { TreeFile } from '../core/tree/tree.ts';
import { readFileOf } from './read-tree.ts';

/** A text file as read, and its replacement. */
export interface TextChange {
  /** Absolute path, below the root of the plan. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** Plans replacements of texts. Throws `plan-is-stale` if a file has changed since it was read. */
export async function planTextChanges(root: string, changes: readonly TextChange[]): Promise<Plan> {
  const [current, desired] = [new Map(), new Map()];
  for (const { path, before, after } of changes) {
    const inside = relPath(relative(root, path).replaceAll('\\', '/'));
    const file: TreeFile | undefined = await readFileOf(root, inside);
    if (file?.content !== before) throw new Failure('plan-is-stale', { path: inside });
    current.set(inside, file);
    desired.set(inside, { ...file, content: after });
  }
  return planChanges(current, desired);
}
