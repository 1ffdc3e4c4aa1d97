import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { CheckRequest } from '../core/check/check-all.ts';
import type { ManifestText } from '../core/check/manifest-text.ts';
import { noSettings } from '../core/check/settings.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { Failure, isFailure } from '../core/failure.ts';
import { type Host, hostConfigFile } from '../core/host/host.ts';
import { maxManifestBytes } from '../core/manifest/field-checks.ts';
import { type FoundManifests, manifestsOfHost } from './find-manifests.ts';
import { hostAbove, type OpenedHost } from './open-host.ts';
import { readText } from './read-file.ts';
import { readHostRules } from './rule-settings.ts';

/** What one host's manifests are checked with, and the files that could not be read. */
export interface ReadCheckup {
  /** Folder of the host; `undefined` where the files belong to none. */
  readonly root: string | undefined;
  readonly checkup: CheckRequest;
  readonly unreadable: readonly Diagnostic[];
}

interface Group {
  readonly host: Pick<OpenedHost, 'host'> | undefined;
  readonly files: FoundManifests;
}

/**
 * Reads manifests, and what else of their hosts is needed to check them: one checkup for each host. Where there is no
 * host, the modules of one folder belong together.
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

/** All modules of a host. */
export async function readHostCheckup(cwd: string, host: Host): Promise<ReadCheckup> {
  return readOne(cwd, { host: { host }, files: modulesOf({ host }) });
}

/** A manifest that is no file, such as standard input: it belongs to no host. */
export function lonely(manifest: ManifestText): ReadCheckup {
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

/** The modules of a host that are not given; nor by their own paths, where they are links to something given. */
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

/** A file that cannot be read is a finding among others: it does not keep them from being checked. */
export function asDiagnostic(file: string, error: unknown): Diagnostic {
  if (!(error instanceof Failure)) throw error;
  const { message, hint } = error;
  const { reason = message } = error.args as { reason?: string };
  return { rule: 'unreadable', severity: 'error', file, message: `it cannot be read: ${reason}`, hint };
}

/** Where the folder of a file is, and its name if the file is the manifest of what is in it. */
function partsOf(path: string): { readonly above: string; readonly folder: string | undefined } {
  const end = path.lastIndexOf(sep);
  const start = path.lastIndexOf(sep, end - 1);
  const isManifest = path.endsWith(`${sep}manifest.yaml`);
  return { above: path.slice(0, Math.max(start, 1)), folder: isManifest ? path.slice(start + 1, end) : undefined };
}

/** `shownPath` of modules that mostly stand side by side: how one gets to where they are is worked out once. */
function shownPaths(cwd: string): (path: string) => string {
  let known = { above: '', shown: '' };
  return (path) => {
    const { above } = partsOf(path);
    // Whoever is beside the modules goes into each of them by the same way; whoever is in one does not.
    if (cwd.startsWith(above) && cwd !== above) return shownPath(cwd, path);
    if (above !== known.above) known = { above, shown: shownPath(cwd, join(above, '-')).slice(0, -1) };
    return known.shown + path.slice(above.endsWith(sep) ? above.length : above.length + 1).replaceAll('\\', '/');
  };
}

/** As people and other tools write it: from the folder they are in, with slashes. */
export function shownPath(cwd: string, path: string): string {
  return (relative(cwd, path) || path).replaceAll('\\', '/');
}
