import type { Failure } from '../failure.ts';
import { nameOf, type UpdateSummary } from '../pack/update/update-folder.ts';
import { printable } from '../text/display.ts';
import type { Paint } from './check-report.ts';
import { filesToReport, packIdToJson, stateColor } from './update.ts';

/** A module of a host. */
export interface ListedModule {
  /** Name of the folder. */
  readonly name: string;
  readonly folder: string;
  /** `undefined` if the manifest is invalid. */
  readonly version: string | undefined;
  /** The result of an update, or why there is none; `undefined` if the module is not tracked. */
  readonly update: UpdateSummary | Failure | undefined;
}

/** In the order of the reasons why a module needs attention. */
type ListedState = 'invalid' | 'untracked' | 'failed' | 'conflict' | 'changed' | 'clean';

function stateOf({ version, update }: ListedModule): ListedState {
  if (version === undefined) return 'invalid';
  if (update === undefined) return 'untracked';
  if ('code' in update) return 'failed';
  const states = filesToReport(update).map(({ state }) => state);
  if (states.includes('conflict')) return 'conflict';
  return states.length === 0 ? 'clean' : 'changed';
}

/** How many files have each state, without clean ones. */
function countsOf({ update }: ListedModule): Record<string, number> {
  const counts: Record<string, number> = {};
  if (update === undefined || 'code' in update) return counts;
  for (const { state } of filesToReport(update)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function packOf({ update }: ListedModule): UpdateSummary['from'] | undefined {
  return update === undefined || 'code' in update ? undefined : update.from;
}

/** A table of the modules: name, version, template pack and status. */
export function reportModules(modules: readonly ListedModule[], paint: Paint): string {
  const rows = modules.map((module) => {
    const pack = packOf(module);
    return [module.name, module.version ?? '-', pack === undefined ? '-' : nameOf(pack)];
  });
  const header = ['module', 'version', 'pack'];
  const widths = header.map((title, column) =>
    Math.max(...[header, ...rows].map((row) => (row[column] ?? title).length)),
  );
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const lines = modules.map((module, at) => `${printable(line(rows[at] ?? []))}  ${statusText(module, paint)}\n`);
  return `${paint.dim(`${line(header)}  status`)}\n${lines.join('')}`;
}

function statusText(module: ListedModule, paint: Paint): string {
  const state = stateOf(module);
  if (state === 'clean') return paint.green('clean');
  if (state === 'invalid') return paint.red('invalid manifest');
  if (state === 'untracked') return paint.yellow('not tracked');
  if (state === 'failed') return paint.red('cannot be updated');
  return Object.entries(countsOf(module))
    .map(([of, count]) => stateColor(of, paint)(`${count} ${of}`))
    .join(', ');
}

/** What to do about modules that an update cannot read. */
export function moduleNotes(modules: readonly ListedModule[]): string[] {
  const named = (state: ListedState) => modules.filter((module) => stateOf(module) === state);
  return [
    ...named('invalid').map(({ folder }) => `${folder}/manifest.yaml is invalid. Run \`create-ai-module validate\`.`),
    ...named('untracked').map(
      ({ folder, name }) => `${folder} is not tracked. To track it, run \`create-ai-module adopt ${name}\`.`,
    ),
    ...named('failed').map(({ update }) => {
      const { message, hint } = update as Failure;
      return `${message} ${hint}`;
    }),
  ];
}

/** A module for `--json`. */
export function moduleToJson(module: ListedModule): Readonly<Record<string, unknown>> {
  const { name, folder, version = null, update } = module;
  const pack = packOf(module);
  const reason = update !== undefined && 'code' in update ? { reason: update.message } : {};
  return {
    name,
    folder,
    version,
    pack: pack ? packIdToJson(pack) : null,
    state: stateOf(module),
    files: countsOf(module),
    ...reason,
  };
}
