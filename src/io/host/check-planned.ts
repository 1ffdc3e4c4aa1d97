import { join } from 'node:path';
import { byFile, type Diagnostic } from '../../core/diagnostic.ts';
import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import type { ManifestText } from '../../core/lint/rule.ts';
import { checkAll, type DiagnosticsByAge, diagnosticsByAge } from '../../core/lint/run.ts';
import { manifestPath } from '../../core/lock/merge-base.ts';
import { maxManifestBytes } from '../../core/manifest/schema.ts';
import type { Plan } from '../../core/tree/plan.ts';
import { folderOf, type RelPath } from '../../core/tree/rel-path.ts';
import { type ReadCheckup, readHostCheckup, shownPath } from './read-checkup.ts';

export interface PlannedCheck extends DiagnosticsByAge {
  /** The manifests as planned, by file. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Manifests, by path relative to the host. */
export type ManifestTexts = ReadonlyMap<string, string>;

/**
 * Runs the rules for manifests and between modules on the planned state, and determines which diagnostics the plan
 * adds. `lastManifests` has the last rendered versions of manifests edited since: their problems count as added.
 */
export async function checkPlanned(
  cwd: string,
  host: Host,
  plan: Plan,
  lastManifests: ManifestTexts,
): Promise<PlannedCheck> {
  const read = await readHostCheckup(cwd, host);
  const after = overlaid(read, cwd, host, plannedManifests(host, plan));
  const found = await check(after);
  // Most hosts have no diagnostics and need no second check.
  const before = found.length === 0 ? [] : await check(overlaid(read, cwd, host, ofChanged(lastManifests, plan)));
  const texts = new Map(after.checkup.manifests.map(({ file, text }) => [file, text]));
  return { ...diagnosticsByAge(before, found), texts };
}

function plannedManifests({ modulesDir }: Host, plan: Plan): ManifestTexts {
  const texts = new Map<string, string>();
  for (const change of plan.changes) {
    const isManifest = change.path.startsWith(`${modulesDir}/`) && change.path.endsWith(`/${manifestPath}`);
    const isOfModule = isManifest && change.path.split('/').length === modulesDir.split('/').length + 2;
    if (!isOfModule || !('after' in change) || typeof change.after.content !== 'string') continue;
    const bytes = Buffer.byteLength(change.after.content);
    if (bytes > maxManifestBytes)
      throw new Failure('file-too-large', { file: change.path, bytes, limit: maxManifestBytes });
    texts.set(change.path, change.after.content);
  }
  return texts;
}

/** Only modules that the plan changes are compared with their last rendered manifest. */
function ofChanged(lastManifests: ManifestTexts, plan: Plan): ManifestTexts {
  const folders = new Set(plan.changes.flatMap(({ kind, path }) => (kind === 'keep' ? [] : foldersAbove(path))));
  return new Map([...lastManifests].filter(([path]) => folders.has(folderOf(path as RelPath))));
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function overlaid(read: ReadCheckup, cwd: string, host: Host, texts: ManifestTexts): ReadCheckup {
  const left = new Map(texts);
  const manifests = read.checkup.manifests.map((one): ManifestText => {
    const text = left.get(one.inHost ?? '');
    left.delete(one.inHost ?? '');
    return text === undefined ? one : { ...one, text };
  });
  const added = [...left].map(([path, text]): ManifestText => {
    const folder = path.split('/').at(-2);
    return { file: shownPath(cwd, join(host.root, path)), folder, text, inHost: path };
  });
  return { ...read, checkup: { ...read.checkup, manifests: [...manifests, ...added] } };
}

async function check({ checkup, unreadable }: ReadCheckup): Promise<Diagnostic[]> {
  return [...unreadable, ...(await checkAll(checkup))].sort(byFile);
}
