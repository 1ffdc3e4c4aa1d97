import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Checkup } from '../core/check/check-all.ts';
import type { ManifestText } from '../core/check/check-manifest.ts';
import { noSettings } from '../core/check/settings.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { Failure, isFailure } from '../core/failure.ts';
import { hostConfigFile } from '../core/host/host.ts';
import { maxManifestBytes } from '../core/manifest/field-checks.ts';
import { manifestsOfHost } from './find-manifests.ts';
import { type OpenedHost, openHost } from './open-host.ts';
import { readText } from './read-tree.ts';
import { readHostRules } from './rule-settings.ts';

/** What one host's manifests are checked with, and the files that could not be read. */
export interface ReadCheckup {
  /** Folder of the host; `undefined` where the files belong to none. */
  readonly root: string | undefined;
  readonly checkup: Checkup;
  readonly unreadable: readonly Diagnostic[];
}

/**
 * Reads manifests, and what else of their hosts is needed to check them: one checkup for each host. Where there is no
 * host, the modules of one folder belong together.
 */
export async function readCheckups(cwd: string, files: readonly string[]): Promise<ReadCheckup[]> {
  const hosts = new Map<string, OpenedHost | undefined>();
  const groups = new Map<string, { readonly host: OpenedHost | undefined; readonly files: string[] }>();
  for (const file of files) {
    const start = basename(file) === 'manifest.yaml' ? dirname(dirname(file)) : dirname(file);
    if (!hosts.has(start)) hosts.set(start, await hostAbove(start));
    const host = hosts.get(start);
    const key = host?.host.root ?? start;
    const group = groups.get(key);
    if (group) group.files.push(file);
    else groups.set(key, { host, files: [file] });
  }
  return Promise.all([...groups.values()].map((group) => readOne(cwd, group.files, group.host)));
}

/** A manifest that is no file, such as standard input: it belongs to no host. */
export function lonely(manifest: ManifestText): ReadCheckup {
  const checkup = { manifests: [manifest], others: [], isWhole: false, host: { events: [] }, settings: noSettings };
  return { root: undefined, checkup, unreadable: [] };
}

async function hostAbove(dir: string): Promise<OpenedHost | undefined> {
  return openHost(dir).catch((error: unknown) => {
    if (isFailure(error, 'host-not-found')) return undefined;
    throw error;
  });
}

async function readOne(cwd: string, files: readonly string[], host: OpenedHost | undefined): Promise<ReadCheckup> {
  const root = host?.host.root;
  const { settings, events } =
    root === undefined
      ? { settings: noSettings, events: [] }
      : await readHostRules(root, shownPath(cwd, join(root, hostConfigFile)));
  const given = new Set(files);
  const all = host ? modulesOf(host) : new Set<string>();
  const read = await readAll(cwd, files, root);
  const context = await readAll(cwd, [...all].filter(notAmong(given, all)), root);
  const isRead = read.unreadable.length + context.unreadable.length === 0;
  const isWhole = host !== undefined && isRead && files.every((file) => all.has(file));
  return {
    root,
    checkup: { manifests: read.texts, others: context.texts, isWhole, host: { events }, settings },
    unreadable: read.unreadable,
  };
}

/** Whether a module of the host is not given; nor by its own path, where it is a link to something given. */
function notAmong(given: ReadonlySet<string>, all: ReadonlySet<string>): (file: string) => boolean {
  const others = new Set([...given].filter((file) => !all.has(file)));
  return (file) => !given.has(file) && !(others.size > 0 && existsSync(file) && others.has(realpathSync(file)));
}

function modulesOf({ host }: OpenedHost): ReadonlySet<string> {
  try {
    return new Set(manifestsOfHost(host));
  } catch (error) {
    if (isFailure(error, 'no-manifests')) return new Set();
    throw error;
  }
}

async function readAll(cwd: string, files: readonly string[], root: string | undefined) {
  const texts: ManifestText[] = [];
  const unreadable: Diagnostic[] = [];
  for (const path of files) {
    const file = shownPath(cwd, path);
    try {
      const folder = basename(path) === 'manifest.yaml' ? basename(dirname(path)) : undefined;
      const text = await readText(path, maxManifestBytes);
      texts.push({ file, folder, text, ...(root !== undefined && { inHost: shownPath(root, path) }) });
    } catch (error) {
      unreadable.push(asDiagnostic(file, error));
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

/** As people and other tools write it: from the folder they are in, with slashes. */
export function shownPath(cwd: string, path: string): string {
  return (relative(cwd, path) || path).replaceAll('\\', '/');
}
