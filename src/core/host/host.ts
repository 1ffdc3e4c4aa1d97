import type { PackMeta } from '../pack/pack-meta.ts';
import { joinPath, type RelPath, relativeTo } from '../text/rel-path.ts';
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
export function recognise(meta: PackMeta, files: ReadonlyMap<string, string>): readonly string[] | undefined {
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
