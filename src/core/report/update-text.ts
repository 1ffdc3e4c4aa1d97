import { type ModuleUpdate, nameOf } from '../pack/update-module.ts';
import type { FileConflict } from '../tree/merge-trees.ts';
import type { Paint } from './paint.ts';

/** A module and what an update found out about it. */
export interface ReportedModule {
  readonly name: string;
  readonly folder: string;
  readonly update: ModuleUpdate;
}

/** From which version to which: `mini@1.2.0 → 1.3.0`. */
export function versionsOf({ from, to }: ModuleUpdate): string {
  return from.version === to.version ? nameOf(to) : `${nameOf(from)} → ${to.version}`;
}

/** Each conflict at its file and line, with what both sides did and what to do about it. */
export function reportConflicts(modules: readonly ReportedModule[], paint: Paint): string {
  return modules
    .flatMap(({ folder, update }) =>
      update.conflicts.map((one) => {
        const place = `${folder}/${one.path}${one.lines.length === 0 ? '' : `:${one.lines.join(',')}`}`;
        const advice = adviceOn(one, folder, update);
        return `${paint.red('conflict')} ${paint.bold(place)} ${one.reason} ${paint.dim(`(${one.kind})`)}\n         ${paint.cyan(advice)}\n`;
      }),
    )
    .join('');
}

function adviceOn({ kind, sidecar }: FileConflict, folder: string, update: ModuleUpdate): string {
  if (kind === 'unresolved') return 'Edit the file until no <<<<<<< is left, then run the command again.';
  if (kind === 'edit/delete') return `${nameOf(update.to)} has no such file: delete yours, or keep it as your own.`;
  if (sidecar !== undefined)
    return `Compare it with ${folder}/${sidecar}, what ${nameOf(update.to)} renders now, and delete that file.`;
  return `Yours is above, what ${nameOf(update.to)} and manifest.yaml say now below; keep what is right.`;
}

/** Each module with the files that are not as the pack rendered them. */
export function reportStatus(modules: readonly ReportedModule[], paint: Paint): string {
  return modules
    .map(({ name, update }) => {
      const files = update.decisions.filter(({ state }) => state !== 'clean' && state !== 'owned');
      const width = Math.max(0, ...files.map(({ state }) => state.length));
      const lines = files.map(
        ({ state, path, from, reason }) =>
          `  ${colour(state, paint)(state.padEnd(width))}  ${from === undefined ? path : `${from} → ${path}`}  ${paint.dim(reason)}\n`,
      );
      const summary = files.length === 0 ? ` ${paint.green('clean')}` : '';
      return `${paint.bold(name)} ${paint.dim(versionsOf(update))}${summary}\n${lines.join('')}`;
    })
    .join('');
}

function colour(state: string, paint: Paint): (text: string) => string {
  if (state === 'conflict') return paint.red;
  return state === 'edited' || state === 'detached' || state === 'deleted' ? paint.cyan : paint.yellow;
}

/** The same as data. */
export function updateToJson({ name, folder, update }: ReportedModule): Readonly<Record<string, unknown>> {
  const files = update.decisions.map(({ path, from, state, reason }) => ({ path, from, state, reason }));
  return { name, folder, from: update.from, to: update.to, files, conflicts: update.conflicts };
}
