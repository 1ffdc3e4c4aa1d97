import { Failure } from '../../core/failure.ts';
import { mergeBasePath } from '../../core/lock/lock.ts';
import { manifestPath } from '../../core/lock/merge-base.ts';
import { reportDiff } from '../../core/report/plan.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import { joinPath, type RelPath } from '../../core/tree/rel-path.ts';
import type { Tree, TreeFile } from '../../core/tree/tree.ts';
import type { Io } from '../../io/io.ts';
import type { PlannedModule } from '../../io/module/plan-module.ts';
import { paintFor } from '../output/colors.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { type ModuleFlags, openModules } from '../steps/open-modules.ts';

export interface DiffFlags extends ModuleFlags {
  readonly template?: boolean;
  readonly mine?: boolean;
}

/** Prints what an update would change, or what the template or the user changed since the last render. */
export async function diff(io: Io, names: readonly string[], flags: DiffFlags): Promise<ExitCode> {
  if (flags.template && flags.mine)
    throw new Failure('usage', { message: 'Pass either --template or --mine, not both.' });
  const sinceRenders: [plan: Plan, manifests: string[]][] = [];
  const inspect = (module: PlannedModule) =>
    void sinceRenders.push([sinceRender(module, flags.mine === true), manifestsOf(module)]);
  const isSinceRender = flags.template === true || flags.mine === true;
  const { plan } = await openModules(io, names, 'markers', flags, isSinceRender ? { inspect } : {});
  const plans = isSinceRender ? sinceRenders : [[plan, []] as const];
  const paint = paintFor(io, io.out);
  for (const [one, manifests] of plans) io.out.write(await reportDiff(withoutMergeBases(one), paint, manifests));
  return exit.done;
}

/** A merge base repeats the changes of all other files. */
function withoutMergeBases(plan: Plan): Plan {
  return { ...plan, changes: plan.changes.filter(({ path }) => !path.endsWith(mergeBasePath)) };
}

/** The manifests that the files were rendered from: their secrets can be in any file. */
function manifestsOf({ mine, update }: PlannedModule): string[] {
  return [mine.get(manifestPath)?.content, update.lastManifest].filter((text) => typeof text === 'string');
}

/**
 * The changes from the last render to the disk or to the new render. Only managed files have a merge base; a draft that
 * takes the new version is as it was rendered.
 */
function sinceRender({ folder, mine, update }: PlannedModule, isMine: boolean): Plan {
  const { base, theirs, decisions } = update;
  const [before, after] = [new Map(base), new Map<RelPath, TreeFile>()];
  for (const { path, track, state } of decisions) {
    const place = isMine ? track.mine : track.theirs;
    const file = place === undefined ? undefined : (isMine ? mine : theirs).get(place);
    if (file && state !== 'owned' && (!isMine || track.base !== undefined)) after.set(path, file);
    const draft = !isMine && state === 'outdated' && track.base === undefined && track.mine && mine.get(track.mine);
    if (draft) before.set(path, draft);
  }
  const placed = (tree: Tree): Tree => new Map([...tree].map(([path, file]) => [joinPath(folder, path), file]));
  return planChanges(placed(before), placed(after), { remove: new Set(placed(before).keys()) });
}
