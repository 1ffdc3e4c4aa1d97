import type { Lock } from '../lock/lock.ts';
import { manifestPath } from '../lock/merge-base.ts';
import { deletedAndChanged, keptRemoved } from '../merge/files.ts';
import { otherVersion } from '../merge/leftovers.ts';
import { hasUnresolved } from '../merge/markers.ts';
import { ownedAndChanged } from '../merge/trees.ts';
import type { RuntimeStatus } from '../pack/runtime-status.ts';
import type { ExplainedConflict } from '../pack/update/explain-conflict.ts';
import { compareVersions, nameOf, type UpdateSummary } from '../pack/update/update-folder.ts';
import { counted } from '../text/display.ts';
import type { Paint } from './check-report.ts';
import { maskSecrets, secretsInCode } from './mask-secrets.ts';
import { mapTexts } from './without-secrets.ts';

/** A module and the result of its update. */
export interface ReportedModule {
  readonly name: string;
  readonly folder: string;
  readonly update: UpdateSummary;
}

/** `mini@1.2.0 → 1.3.0` */
export function versionsOf({ from, to }: UpdateSummary): string {
  if (nameOf(from) === nameOf(to)) return nameOf(to);
  return `${nameOf(from)} → ${from.name === to.name ? nameOf(to).slice(to.name.length + 1) : nameOf(to)}`;
}

/** Each conflict with its file and line, the changes of both sides, and how to resolve it. */
export function reportConflicts(modules: readonly ReportedModule[], isWritten: boolean, paint: Paint): string {
  return modules
    .flatMap((module) => module.update.conflicts.map((one) => conflictText(module, one, isWritten, paint)))
    .join('');
}

function conflictText(module: ReportedModule, conflict: ExplainedConflict, isWritten: boolean, paint: Paint): string {
  const { path, places, reason, kind } = conflict;
  const advice = `  ${paint.dim('resolve')}  ${paint.cyan(adviceOn(conflict, module, isWritten))}\n`;
  const texts = places.map(({ line, yours, theirs }) => {
    const place = `${placeIn(module, path)}${line === undefined ? '' : `:${line}`}`;
    const sides =
      theirs === ''
        ? []
        : [`  ${paint.dim('yours')}    ${withoutCodeSecrets(yours)}\n  ${paint.dim('theirs')}   ${theirs}\n`];
    return `${paint.red('conflict')} ${paint.bold(place)} ${reason} ${paint.dim(`(${kind})`)}\n${sides.join('')}`;
  });
  return `${texts.join('')}${advice}`;
}

function withoutCodeSecrets(text: string): string {
  return maskSecrets(text, secretsInCode(text));
}

/** Notes about files that the pack changed but that stay deleted. */
export function deletionNotes(modules: readonly ReportedModule[]): string[] {
  return modules.flatMap((module) =>
    module.update.decisions
      .filter(({ reason }) => reason === deletedAndChanged)
      .map(
        ({ path }) =>
          `${placeIn(module, path)} stays deleted, but its generated version has changed. To restore it, run \`${commandOn(module)} --restore ${path}\`.`,
      ),
  );
}

/** Notes about modules whose manifest was edited, and whose template is upgraded by the same update. */
export function upgradeNotes(
  modules: readonly ReportedModule[],
  lastManifests: ReadonlyMap<string, string>,
): readonly string[] {
  const upgraded = modules.filter(
    ({ folder, update: { from, to } }) => from.version !== to.version && lastManifests.has(`${folder}/${manifestPath}`),
  );
  const [first] = upgraded;
  if (first === undefined) return [];
  const names = upgraded.length > 5 ? counted(upgraded.length, 'module') : upgraded.map(({ name }) => name).join(', ');
  return [
    `Besides your changes of the manifest, this update upgrades the template of ${names} to ${nameOf(first.update.to)}. \`create-ai-module update --manifest-only\` refuses that.`,
  ];
}

/** Notes about what earlier conflicts left: files with markers that are not merged, and generated versions beside files. */
export function leftoverNotes(modules: readonly ReportedModule[]): string[] {
  return modules.flatMap((module) => {
    const reported = new Set(module.update.conflicts.map(({ path }) => path));
    return module.update.decisions.flatMap(({ path, reason }) => {
      const place = placeIn(module, path);
      if (reason.startsWith(otherVersion)) return [`${place} is ${reason}.`];
      return reason === hasUnresolved && !reported.has(path)
        ? [`${place} ${reason}: edit it until it contains no <<<<<<<.`]
        : [];
    });
  });
}

/** Whether a file is in conflict, or earlier conflicts left something. */
export function hasLeftovers(modules: readonly ReportedModule[]): boolean {
  return modules.some(({ update }) => update.decisions.some(({ state }) => state === 'conflict'));
}

/** Notes about edited files that the pack no longer has: they stay, and nothing may use them any more. */
export function keptNotes(modules: readonly ReportedModule[]): string[] {
  return modules.flatMap((module) =>
    module.update.decisions
      .filter(({ reason, state }) => state === 'detached' && reason.startsWith(keptRemoved))
      .map(({ path, reason }) => `${placeIn(module, path)} is ${reason}`.replace(/\.?$/, '.')),
  );
}

/** Notes about files of the user that stay as they are, although the template would now generate them differently. */
export function ownedNotes(modules: readonly ReportedModule[]): string[] {
  return modules.flatMap((module) => {
    const paths = module.update.decisions.filter(({ reason }) => reason === ownedAndChanged).map(({ path }) => path);
    if (paths.length === 0) return [];
    const files = paths.map((path) => placeIn(module, path)).join(', ');
    const command = [commandOn(module), ...paths.map((path) => `--restore ${path}`)].join(' ');
    return `These files are yours and stay as they are, but the template generates others for this manifest: ${files}. Adapt them, or rename them, run \`${command}\`, and move your code into the new files.`;
  });
}

function commandOn({ folder, name }: ReportedModule): string {
  return `create-ai-module update ${folder === '' ? '--host' : name}`;
}

function adviceOn({ kind, path, sidecar }: ExplainedConflict, module: ReportedModule, isWritten: boolean): string {
  const command = commandOn(module);
  if (kind === 'unresolved') return `edit the file until it contains no <<<<<<<, then run \`${command}\``;
  if (kind === 'edit/delete')
    return isWritten
      ? 'the file is now yours; delete it if you do not need it'
      : `run \`${command} --on-conflict ours\` to keep it as your own file, or \`--on-conflict theirs\` to delete it`;
  if (!isWritten) {
    const both =
      sidecar === undefined
        ? 'markers` to get both versions in the file'
        : 'sidecar` to get the generated file beside yours';
    return `run \`${command} --on-conflict ${both}, or use ours or theirs to pick one version of each part`;
  }
  if (sidecar !== undefined)
    return `compare it with ${placeIn(module, sidecar)}, take what you need, then delete that file`;
  return `edit ${path} between <<<<<<< and >>>>>>>, then run \`${command}\``;
}

function placeIn({ folder }: ReportedModule, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}

/** The files that differ from the last render, and owned files for which the render changed. */
export function filesToReport({ decisions }: UpdateSummary): UpdateSummary['decisions'] {
  return decisions.filter(
    ({ state, reason }) => state !== 'clean' && (state !== 'owned' || reason === ownedAndChanged),
  );
}

/** Each module with the files that differ from its last render. */
export function reportStatus(modules: readonly ReportedModule[], paint: Paint): string {
  return modules
    .map(({ name, update }) => {
      const files = filesToReport(update);
      const width = Math.max(0, ...files.map(({ state }) => state.length));
      const lines = files.map(
        ({ state, path, from, reason }) =>
          `  ${stateColor(state, paint)(state.padEnd(width))}  ${from === undefined ? path : `${from} → ${path}`}  ${paint.dim(reason)}\n`,
      );
      const summary = files.length === 0 ? ` ${paint.green('clean')}` : '';
      return `${paint.bold(name)} ${paint.dim(versionsOf(update))}${summary}\n${lines.join('')}`;
    })
    .join('');
}

/** The runtime of the host, in the form of `reportStatus`. */
export function reportRuntime({ package: name, version, state, reason }: RuntimeStatus, paint: Paint): string {
  const head = `${paint.bold(name)}${version === null ? '' : ` ${paint.dim(version)}`}`;
  if (state === 'clean') return `${head} ${paint.green('clean')}\n`;
  return `${head}\n  ${paint.yellow(state)}  ${paint.dim(reason)}\n`;
}

/** Notes about modules that a newer version of the pack generated than the host's own files. */
export function aheadNotes(modules: readonly ReportedModule[], host: Lock['pack'] | undefined): string[] {
  return modules
    .filter(({ update: { from } }) => host?.name === from.name && compareVersions(from.version, host.version) > 0)
    .map(
      ({ name, update: { from } }) =>
        `${name} was generated by ${nameOf(from)}, but the host by ${host?.version}. Run \`create-ai-module update --host\`.`,
    );
}

/** The style of a file's state. */
export function stateColor(state: string, paint: Paint): (text: string) => string {
  if (state === 'conflict') return paint.red;
  return state === 'edited' || state === 'detached' || state === 'deleted' ? paint.cyan : paint.yellow;
}

/** A pack and its base for `--json`. */
export function packIdToJson({ name, version, base }: Lock['pack']): object {
  return { name, version, ...(base && { base }) };
}

/** The result of an update for `--json`. */
export function updateToJson({ name, folder, update }: ReportedModule): Readonly<Record<string, unknown>> {
  const files = update.decisions.map(({ path, from, state, reason }) => ({ path, from, state, reason }));
  const conflicts = update.conflicts.map(({ path, kind, reason, places, sidecar }) => {
    return { path, kind, reason, places, sidecar };
  });
  return {
    name,
    folder,
    from: packIdToJson(update.from),
    to: packIdToJson(update.to),
    files,
    conflicts: mapTexts(conflicts, withoutCodeSecrets),
  };
}
