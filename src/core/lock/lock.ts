import { Failure } from '../failure.ts';
import { pickSide } from '../merge/markers.ts';
import type { FileRecords } from '../merge/trees.ts';
import { yamlLiteral } from '../text/literals.ts';
import { invalidPathReason, type RelPath } from '../tree/rel-path.ts';
import { readYaml } from '../yaml/fast.ts';

/** The pack of a render. */
export interface RenderedBy {
  readonly name: string;
  readonly version: string;
  /** The bundled pack that it extends. */
  readonly base?: { readonly name: string; readonly version: string };
  /** The checksum of its files; absent for a bundled pack. */
  readonly checksum?: string;
}

/** The contents of a lock file: the pack that rendered the module or host, and records about its files. */
export interface Lock {
  readonly pack: RenderedBy;
  readonly records: FileRecords;
  /** For a host: its original name. The name of its folder may differ. */
  readonly host?: string | undefined;
}

export const lockPath = '.ai-module/lock.yaml';
export const mergeBasePath = '.ai-module/pristine.base';
export const attributesPath = '.gitattributes';

/** Hides the merge base in reviews and statistics, and prevents git from converting it. */
export const attributesText = '.ai-module/pristine.base -diff linguist-generated eol=lf\n';

/** For a host, the file is in .ai-module, because the host's root may have a .gitattributes of the user. */
export const hostAttributesPath = '.ai-module/.gitattributes';

/** In an attached application it also hides the record of the attachment. */
export function hostAttributesText(isAttached: boolean): string {
  return `${isAttached ? '*.base' : 'pristine.base'} -diff linguist-generated eol=lf\n`;
}

const lockVersion = 1;

/**
 * Contains no date and no hash of the module's files, and one item per line, so that branches that both update can be
 * merged.
 */
export function lockText(pack: Lock['pack'], records: Partial<FileRecords> = {}, host?: string): string {
  const { owned = [], deleted = [], detached = [], moved = [] } = records;
  const list = (key: string, lines: readonly string[]) =>
    lines.length === 0 ? '' : `${key}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
  const items = (paths: readonly string[]) => paths.map((path) => `- ${yamlLiteral(path)}`);
  return [
    `lock_version: ${lockVersion}\npack: ${yamlLiteral(pack.name)}\npack_version: ${yamlLiteral(pack.version)}\n`,
    pack.base === undefined
      ? ''
      : `base_pack: ${yamlLiteral(pack.base.name)}\nbase_version: ${yamlLiteral(pack.base.version)}\n`,
    pack.checksum === undefined ? '' : `pack_checksum: ${yamlLiteral(pack.checksum)}\n`,
    host === undefined ? '' : `host: ${yamlLiteral(host)}\n`,
    list('owned', items(owned)),
    list('deleted', items(deleted)),
    list('detached', items(detached)),
    list(
      'moved',
      moved.map(({ from, to }) => `${yamlLiteral(from)}: ${yamlLiteral(to)}`),
    ),
  ].join('');
}

/** Throws `lock-invalid` or `lock-newer`. In git conflicts, takes our side: the next update corrects the file. */
export async function parseLock(text: string, file: string): Promise<Lock> {
  const value = await read(pickSide(text, 'mine'), file);
  const { lock_version: version, pack, pack_version: packVersion, host } = value;
  if (typeof version === 'number' && version > lockVersion) throw new Failure('lock-newer', { file, version });
  if (version !== lockVersion || typeof pack !== 'string' || typeof packVersion !== 'string')
    throw new Failure('lock-invalid', { file, reason: 'it does not name the template pack and version' });
  const { base_pack: base, base_version: baseVersion, pack_checksum: checksum } = value;
  const [owned, deleted, detached] = ['owned', 'deleted', 'detached'].map((key) => pathsOf(value[key], key, file));
  const moved = Object.entries((value.moved ?? {}) as object).map(([from, to]) => {
    const [source, target] = pathsOf([from, to], 'moved', file);
    return { from: source as RelPath, to: target as RelPath };
  });
  return {
    pack: {
      name: pack,
      version: packVersion,
      ...(typeof base === 'string' && typeof baseVersion === 'string'
        ? { base: { name: base, version: baseVersion } }
        : {}),
      ...(typeof checksum === 'string' ? { checksum } : {}),
    },
    ...(typeof host === 'string' ? { host } : {}),
    records: { owned: owned ?? [], deleted: deleted ?? [], detached: detached ?? [], moved },
  };
}

async function read(text: string, file: string): Promise<Record<string, unknown>> {
  try {
    return ((await readYaml(text)) ?? {}) as Record<string, unknown>;
  } catch (error) {
    throw new Failure('lock-invalid', { file, reason: (error as Error).message }, error);
  }
}

function pathsOf(value: unknown, key: string, file: string): RelPath[] {
  const paths: unknown[] = Array.isArray(value) ? value : [];
  const invalid = paths.find((path) => typeof path !== 'string' || invalidPathReason(path) !== undefined);
  if (invalid !== undefined || (value != null && !Array.isArray(value)))
    throw new Failure('lock-invalid', { file, reason: `${key} must be a list of paths` });
  return paths as RelPath[];
}
