import type { PackMeta } from '../pack/pack-meta.ts';
import type { Attached } from '../pack/render-host.ts';
import { joinPath, type RelPath, relativeTo } from '../tree/rel-path.ts';
import type { HostConfig } from './host-config.ts';

/** The file in which a host declares what cannot be detected from its other files. */
export const hostConfigFile = 'ai-modules.yaml';

/** A host application. */
export interface Host {
  /** Absolute path of its folder. */
  readonly root: string;
  readonly stack: string;
  /** How the stack was detected, for the user. */
  readonly evidence: readonly string[];
  readonly modulesDir: RelPath;
  /** Where the guest is, in an attached application. */
  readonly attached?: Attached;
  /** Commands for `host attach --verify` that its files do not show. */
  readonly commands?: HostConfig['commands'];
  /** Where modules import parts of the host from: paths below the root or verbatim specifiers, depending on the pack. */
  readonly imports: Readonly<Record<string, string>>;
}

/** The evidence that a host belongs to a pack; `undefined` unless all of the pack's rules hold. */
export function hostEvidence(meta: PackMeta, files: ReadonlyMap<string, string>): readonly string[] | undefined {
  const rules = meta.host.detect;
  const isMatch = rules.every(({ file, contains }) => files.get(file)?.includes(contains ?? '') ?? false);
  return isMatch ? rules.map((rule) => rule.evidence) : undefined;
}

export function describeHost(
  root: string,
  meta: PackMeta,
  evidence: readonly string[],
  config: HostConfig | undefined,
): Host {
  return {
    root,
    stack: meta.name,
    evidence,
    modulesDir: joinPath(config?.modules_dir ?? meta.host.modules_dir),
    imports: { ...meta.host.imports, ...config?.imports },
    ...(config?.attached && { attached: config.attached }),
    ...(config?.commands && { commands: config.commands }),
  };
}

/** The host's `imports` as import specifiers for files in the module's folder. */
export function importSpecifiers(host: Host, meta: PackMeta, moduleName: string): Record<string, string> {
  if (meta.host.import_style === 'verbatim') return { ...host.imports };
  const folder = joinPath(host.modulesDir, moduleName);
  return Object.fromEntries(Object.entries(host.imports).map(([key, path]) => [key, relativeTo(folder, path)]));
}

/** Marks a comment line in a file of the host. Modules add their lines above it. */
export const marker = 'create-ai-module:insert';

export type Edit =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'edited'; readonly text: string }
  | { readonly kind: 'no-marker' };

/**
 * Removes inserted lines: exact matches between the marker and the nearest blank line above it. Lines elsewhere, or
 * changed since, belong to the user.
 */
export function removeAboveMarker(text: string, lines: ReadonlySet<string>): string {
  const all = text.split('\n');
  const end = all.findIndex((line) => line.includes(marker));
  const start = all.findLastIndex((line, at) => at < end && line.trim() === '') + 1;
  return all.filter((line, at) => at < start || at >= end || !lines.has(line.trim())).join('\n');
}

/**
 * Inserts lines above the marker, with its indentation and the file's line endings. Skips lines that the file contains
 * already, so that a second run changes nothing.
 */
export function insertAtMarker(text: string, lines: readonly string[]): Edit {
  const present = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const missing = [...new Map(lines.map((line) => [line.trim(), line])).values()].filter(
    (line) => line.trim() !== '' && !present.has(line.trim()),
  );
  if (missing.length === 0) return { kind: 'unchanged' };
  const found = text.indexOf(marker);
  if (found === -1) return { kind: 'no-marker' };
  const isFirst = text.lastIndexOf('\n', found) === -1;
  const start = isFirst && text.startsWith('\ufeff') ? 1 : text.lastIndexOf('\n', found) + 1;
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const inserted = missing.map((line) => `${indent}${line}${ending}`).join('');
  return { kind: 'edited', text: `${text.slice(0, start)}${inserted}${text.slice(start)}` };
}
