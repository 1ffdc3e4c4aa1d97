import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Diagnostic } from '../../core/diagnostic.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import { type Host, hostConfigFile } from '../../core/host/host.ts';
import type { ManifestText } from '../../core/lint/rule.ts';
import type { CheckRequest } from '../../core/lint/run.ts';
import { noSettings, type RuleSettings } from '../../core/lint/settings.ts';
import { maxManifestBytes } from '../../core/manifest/schema.ts';
import { readText, readTextIfThere } from '../fs/read-file.ts';
import { type FoundManifests, manifestsOfHost } from './find-manifests.ts';
import { hostAbove, type OpenedHost } from './open-host.ts';

/** The input for checking one host's manifests, and diagnostics for unreadable files. */
export interface ReadCheckup {
  /** The host's folder; `undefined` if the files belong to no host. */
  readonly root: string | undefined;
  readonly checkup: CheckRequest;
  readonly unreadable: readonly Diagnostic[];
}

interface Group {
  readonly host: Pick<OpenedHost, 'host'> | undefined;
  readonly files: FoundManifests;
}

/**
 * Reads manifests and the context needed to check them, grouped into one checkup per host. Modules outside a host are
 * grouped by folder.
 */
export async function readCheckups(cwd: string, files: FoundManifests): Promise<ReadCheckup[]> {
  const hosts = new Map<string, OpenedHost | undefined>();
  const groups = new Map<string, Group & { readonly files: Set<string> }>();
  for (const file of files) {
    const { above, folder } = partsOf(file);
    const start = folder === undefined ? dirname(file) : above;
    if (!hosts.has(start)) hosts.set(start, await hostAbove(start));
    const host = hosts.get(start);
    const key = host?.host.root ?? start;
    const group = groups.get(key);
    if (group) group.files.add(file);
    else groups.set(key, { host, files: new Set([file]) });
  }
  return Promise.all([...groups.values()].map((group) => readOne(cwd, group)));
}

/** The checkup of all modules of a host. */
export async function readHostCheckup(cwd: string, host: Host): Promise<ReadCheckup> {
  return readOne(cwd, { host: { host }, files: modulesOf({ host }) });
}

/** The checkup of a manifest that belongs to no host, such as standard input. */
export function standaloneCheckup(manifest: ManifestText): ReadCheckup {
  const checkup = { manifests: [manifest], others: [], isWhole: false, host: { events: [] }, settings: noSettings };
  return { root: undefined, checkup, unreadable: [] };
}

async function readOne(cwd: string, { host, files }: Group): Promise<ReadCheckup> {
  const root = host?.host.root;
  const { settings, events } =
    root === undefined
      ? { settings: noSettings, events: [] }
      : await readHostRules(root, shownPath(cwd, join(root, hostConfigFile)));
  const all: FoundManifests = host ? modulesOf(host) : new Set();
  const read = readAll(cwd, files, root);
  const context = readAll(cwd, notAmong(files, all), root);
  const isRead = read.unreadable.length + context.unreadable.length === 0;
  const isWhole = host !== undefined && isRead && [...files].every((file) => all.has(file));
  return {
    root,
    checkup: { manifests: read.texts, others: context.texts, isWhole, host: { events }, settings },
    unreadable: read.unreadable,
  };
}

/** The host's modules that are not among the given files, whether by path or through a link. */
function notAmong(given: FoundManifests, all: FoundManifests): FoundManifests {
  const others = new Set([...given].filter((file) => !all.has(file)));
  const isGiven = (file: string) =>
    given.has(file) || (others.size > 0 && existsSync(file) && others.has(realpathSync(file)));
  return new Set([...all].filter((file) => !isGiven(file)));
}

function modulesOf({ host }: Pick<OpenedHost, 'host'>): FoundManifests {
  try {
    return manifestsOfHost(host);
  } catch (error) {
    if (isFailure(error, 'no-manifests')) return new Set();
    throw error;
  }
}

function readAll(cwd: string, files: FoundManifests, root: string | undefined) {
  const texts: ManifestText[] = [];
  const unreadable: Diagnostic[] = [];
  const shown = shownPaths(cwd);
  const inHost = root === undefined ? () => undefined : shownPaths(root);
  const textAt = (path: string, text: string): ManifestText => {
    return { file: shown(path), folder: partsOf(path).folder, text, inHost: inHost(path) };
  };
  for (const path of files) {
    try {
      texts.push(textAt(path, readText(path, maxManifestBytes)));
    } catch (error) {
      unreadable.push(asDiagnostic(shown(path), error));
    }
  }
  return { texts, unreadable };
}

/** Reports an unreadable file as a diagnostic, so that the other files are still checked. */
export function asDiagnostic(file: string, error: unknown): Diagnostic {
  if (!(error instanceof Failure)) throw error;
  const { message, hint } = error;
  const { reason = message } = error.args as { reason?: string };
  return { rule: 'unreadable', severity: 'error', file, message: `it cannot be read: ${reason}`, hint };
}

/** The parent of the file's folder, and the folder's name if the file is a manifest. */
function partsOf(path: string): { readonly above: string; readonly folder: string | undefined } {
  const end = path.lastIndexOf(sep);
  const start = path.lastIndexOf(sep, end - 1);
  const isManifest = path.endsWith(`${sep}manifest.yaml`);
  return { above: path.slice(0, Math.max(start, 1)), folder: isManifest ? path.slice(start + 1, end) : undefined };
}

/** A fast `shownPath` for sibling modules: computes the relative path of their parent folder once. */
function shownPaths(cwd: string): (path: string) => string {
  let known = { above: '', shown: '' };
  return (path) => {
    const { above } = partsOf(path);
    // Modules share a prefix unless `cwd` is inside their parent folder.
    if (cwd.startsWith(above) && cwd !== above) return shownPath(cwd, path);
    if (above !== known.above) known = { above, shown: shownPath(cwd, join(above, '-')).slice(0, -1) };
    return known.shown + path.slice(above.endsWith(sep) ? above.length : above.length + 1).replaceAll('\\', '/');
  };
}

/** The path relative to `cwd`, with forward slashes. */
export function shownPath(cwd: string, path: string): string {
  return (relative(cwd, path) || path).replaceAll('\\', '/');
}

export interface HostRules {
  readonly settings: RuleSettings;
  /** Events that the host emits. */
  readonly events: readonly string[];
}

/** Events that every host publishes. Generated modules subscribe to them. */
const standardEvents = ['user.deleted'];

/** Rule settings and events from ai-modules.yaml; `shown` is the path of the file in reports. */
export async function readHostRules(root: string, shown: string): Promise<HostRules> {
  const text = readTextIfThere(join(root, hostConfigFile));
  if (text === undefined) return { settings: noSettings, events: standardEvents };
  const { ruleSettings } = await import('../../core/lint/settings.ts');
  const { settings, events } = await ruleSettings(text, shown);
  return { settings, events: [...standardEvents, ...events] };
}
