import { Failure } from '../../core/failure.ts';
import { reportDiff } from '../../core/report/plan-text.ts';
import { joinPath } from '../../core/text/rel-path.ts';
import { planChanges } from '../../core/tree/plan.ts';
import type { Tree } from '../../core/tree/tree.ts';
import type { Io } from '../../io/io.ts';
import type { PlannedModule } from '../../io/plan-update.ts';
import { type ExitCode, exit } from '../exit.ts';
import { type ModuleFlags, openModules } from '../open-modules.ts';
import { paintFor } from '../paint.ts';

export interface DiffFlags extends ModuleFlags {
  readonly template?: boolean;
  readonly mine?: boolean;
}

/** What an update would change; or what the pack changed since, or the user, each against the last render. */
export async function diff(io: Io, names: readonly string[], flags: DiffFlags): Promise<ExitCode> {
  if (flags.template && flags.mine) throw new Failure('usage', { message: '--template and --mine are two diffs.' });
  const { modules, plan } = await openModules(io, names, 'markers', flags);
  const sides = modules.map((module) => ({ module, sides: sidesOf(module, flags) }));
  const shown = flags.template || flags.mine ? sides.map(({ module, sides }) => planOf(module, sides)) : [plan];
  const paint = paintFor(io, io.out);
  io.out.write(shown.map((one) => reportDiff(one, paint)).join(''));
  return exit.done;
}

function sidesOf({ mine, update }: PlannedModule, flags: DiffFlags): readonly [before: Tree, after: Tree] {
  const { base, theirs, decisions } = update;
  const managed = new Set([...base.keys(), ...theirs.keys()]);
  if (flags.template)
    return [base, new Map([...theirs].filter(([path]) => decisions.some((one) => one.path === path && one.state !== 'owned')))];
  return [base, new Map([...mine].filter(([path]) => managed.has(path) && base.has(path)))];
}

function planOf({ folder }: PlannedModule, [before, after]: readonly [Tree, Tree]): ReturnType<typeof planChanges> {
  const placed = (tree: Tree): Tree => new Map([...tree].map(([path, file]) => [joinPath(folder, path), file]));
  return planChanges(placed(before), placed(after), { remove: new Set(placed(before).keys()) });
}
