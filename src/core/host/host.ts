import type { PackMeta } from '../pack/pack-meta.ts';
import { joinPath, type RelPath, relativeTo } from '../tree/rel-path.ts';
import type { HostConfig } from './host-config.ts';

/** Where a host says about itself what cannot be told from its other files. */
export const hostConfigFile = 'ai-modules.yaml';

/** A host application as far as we need to know it. */
export interface Host {
  /** Absolute path of its folder. */
  readonly root: string;
  readonly stack: string;
  /** Why we think so, in words for the user. */
  readonly evidence: readonly string[];
  readonly modulesDir: RelPath;
  /** Where the host keeps what modules use: paths below the root, or specifiers to use verbatim, as its pack has them. */
  readonly imports: Readonly<Record<string, string>>;
}

/** A pack recognises a host when every file it names is there and holds what it should. */
export function hostEvidence(meta: PackMeta, files: ReadonlyMap<string, string>): readonly string[] | undefined {
  const rules = meta.host.detect;
  const holds = rules.every(({ file, contains }) => files.get(file)?.includes(contains ?? '') ?? false);
  return holds ? rules.map((rule) => rule.evidence) : undefined;
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
  };
}

/** The host's `imports` as a file in the module's folder writes them. */
export function importSpecifiers(host: Host, meta: PackMeta, moduleName: string): Record<string, string> {
  if (meta.host.import_style === 'verbatim') return { ...host.imports };
  const folder = joinPath(host.modulesDir, moduleName);
  return Object.fromEntries(Object.entries(host.imports).map(([key, path]) => [key, relativeTo(folder, path)]));
}

/** Stands in a comment line of a host's file: what modules add to the file goes above that line. */
export const marker = 'create-ai-module:insert';

export type Edit =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'edited'; readonly text: string }
  | { readonly kind: 'no-marker' };

/**
 * Takes out lines that were inserted: of those right above the marker, up to a blank line, the ones that are so to the
 * letter. What stands elsewhere, or was changed, is the user's.
 */
export function removeAboveMarker(text: string, lines: ReadonlySet<string>): string {
  const all = text.split('\n');
  const end = all.findIndex((line) => line.includes(marker));
  const start = all.findLastIndex((line, at) => at < end && line.trim() === '') + 1;
  return all.filter((line, at) => at < start || at >= end || !lines.has(line.trim())).join('\n');
}

/**
 * Inserts lines above the marker, with its indentation and the file's line endings. A line that is there already is
 * left out, so that a second run changes nothing. All other bytes stay as they are.
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
