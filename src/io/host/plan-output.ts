import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import { joinPath } from '../../core/tree/rel-path.ts';
import { textFile } from '../../core/tree/tree.ts';
import { readFileOf } from '../fs/read-tree.ts';

/**
 * Plans to write a text to a file that the user named. The plan is for the host if the file is in it, else for the
 * folder of the file, which must exist.
 */
export async function planOutput(
  host: string,
  cwd: string,
  file: string,
  text: string,
): Promise<{ readonly root: string; readonly plan: Plan }> {
  const target = resolve(cwd, file);
  const inHost = relative(host, target);
  const root = isAbsolute(inHost) || inHost.split(sep)[0] === '..' ? dirname(target) : host;
  if (!existsSync(root)) throw new Failure('target-unusable', { path: root, reason: 'it does not exist' });
  if (existsSync(target) && !statSync(target).isFile())
    throw new Failure('target-unusable', { path: target, reason: 'it is not a regular file' });
  const path = joinPath(...relative(root, target).split(sep));
  const before = await readFileOf(root, path);
  const current = new Map(before === undefined ? [] : [[path, before] as const]);
  return { root, plan: planChanges(current, new Map([[path, textFile(text, before?.mode)]])) };
}
