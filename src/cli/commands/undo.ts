import { Failure } from '../../core/failure.ts';
import { type Host, hostConfigFile } from '../../core/host/host.ts';
import { countChanges } from '../../core/report/plan.ts';
import { counted } from '../../core/text/display.ts';
import { joinPath } from '../../core/tree/rel-path.ts';
import { foldersOfModules } from '../../io/host/read-module.ts';
import type { Io } from '../../io/io.ts';
import { applyUndo, planUndo } from '../../io/module/last-update.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { withProgress } from '../output/progress.ts';
import { confirmPlan, printJson } from '../output/show-plan.ts';
import { indexNote } from '../steps/conflict-notes.ts';
import { type HostFlags, openOrOfferHost } from '../steps/find-host.ts';

/** Reverts the last update, and run again the one before, unless its files were edited since. */
export async function undo(io: Io, flags: HostFlags & { readonly stack?: string }): Promise<ExitCode> {
  const { host } = await openOrOfferHost(io, flags.stack, { ...flags, yes: true });
  const planned = await planUndo(host.root);
  const { plan, earlier } = planned;
  if (plan.changes.some(({ kind, path }) => kind === 'delete' && path === hostConfigFile)) await assertNoModules(host);
  const apply = await confirmPlan(io, plan, `Undo the last update in ${host.root}:`, flags);
  if (apply) {
    const problem = await withProgress(io, 'Writing', (onProgress) => applyUndo(host.root, planned, { onProgress }));
    if (earlier > 0) io.err.write(`Note: ${counted(earlier, 'earlier update')} can be undone as well.\n`);
    if (problem) io.err.write(`Note: ${indexNote(problem)}\n`);
  }
  if (flags.json) await printJson(io, { command: 'undo', plan, written: apply }, { host: host.root });
  else if (apply) io.out.write(`Undone: ${countChanges(plan, true)}\n`);
  return exit.done;
}

/** Modules need the attachment: without it they would stay in the build of the application, and no command would find them. */
async function assertNoModules(host: Host): Promise<void> {
  const modules = (await foldersOfModules(host)).map((name) => `${joinPath(host.modulesDir, name)}/`);
  if (modules.length > 0) throw new Failure('modules-since', { modules });
}
