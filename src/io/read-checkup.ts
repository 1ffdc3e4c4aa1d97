import { basename, dirname, relative, resolve } from 'node:path';
import type { Checkup } from '../core/check/check-all.ts';
import type { ManifestText } from '../core/check/check-manifest.ts';
import { noSettings } from '../core/check/settings.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { Failure, isFailure } from '../core/failure.ts';
import { maxManifestBytes } from '../core/manifest/parse.ts';
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

/** Reads manifests, and what else of their hosts is needed to check them: one checkup for each host. */
export async function readCheckups(cwd: string, files: readonly string[]): Promise<ReadCheckup[]> {
  const hosts = new Map<string, Promise<OpenedHost | undefined>>();
  const groups = new Map<string, { host: OpenedHost | undefined; files: string[] }>();
  for (const file of files) {
    const start = basename(file) === 'manifest.yaml' ? dirname(dirname(file)) : dirname(file);
    const asked = hosts.get(start) ?? hostAbove(start);
    hosts.set(start, asked);
    const host = await asked;
    const group = groups.get(host?.host.root ?? '') ?? { host, files: [] };
    groups.set(host?.host.root ?? '', group);
    group.files.push(file);
  }
  return Promise.all([...groups.values()].map(({ host, files: own }) => readOne(cwd, own, host)));
}

async function hostAbove(dir: string): Promise<OpenedHost | undefined> {
  return openHost(dir).catch((error: unknown) => {
    if (isFailure(error, 'host-not-found')) return undefined;
    throw error;
  });
}

async function readOne(cwd: string, files: readonly string[], host: OpenedHost | undefined): Promise<ReadCheckup> {
  const root = host?.host.root;
  const shown = (path: string) => shownPath(cwd, resolve(root ?? cwd, path));
  const { settings, events } =
    root === undefined ? { settings: noSettings, events: [] } : await readHostRules(root, shown);
  const given = new Set(files);
  const all = host ? await manifestsOfHost(host.host).catch(() => []) : [];
  const others = all.filter((file) => !given.has(file));
  const [read, context] = [await readAll(cwd, files), await readAll(cwd, others)];
  const isRead = read.unreadable.length + context.unreadable.length === 0;
  const isWhole = host !== undefined && isRead && files.every((file) => all.includes(file));
  return {
    root,
    checkup: { manifests: read.texts, others: context.texts, isWhole, host: { events }, settings },
    unreadable: read.unreadable,
  };
}

async function readAll(cwd: string, files: readonly string[]) {
  const texts: ManifestText[] = [];
  const unreadable: Diagnostic[] = [];
  for (const path of files) {
    const file = shownPath(cwd, path);
    try {
      const folder = basename(path) === 'manifest.yaml' ? basename(dirname(path)) : undefined;
      texts.push({ file, folder, text: await readText(path, maxManifestBytes) });
    } catch (error) {
      unreadable.push(asDiagnostic(file, error));
    }
  }
  return { texts, unreadable };
}

/** A file that cannot be read is a finding among others: it does not keep them from being checked. */
function asDiagnostic(file: string, error: unknown): Diagnostic {
  if (!(error instanceof Failure)) throw error;
  const { message, hint } = error;
  const { reason = message } = error.args as { reason?: string };
  return { rule: 'unreadable', severity: 'error', file, message: `it cannot be read: ${reason}`, hint };
}

/** As people and other tools write it: from the folder they are in, with slashes. */
export function shownPath(cwd: string, path: string): string {
  return (relative(cwd, path) || path).replaceAll('\\', '/');
}
