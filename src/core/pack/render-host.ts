import { hostAttributesPath, hostAttributesText, lockPath, lockText, mergeBasePath } from '../lock/lock.ts';
import { mergeBaseText } from '../lock/merge-base.ts';
import { yamlLiteral } from '../text/literals.ts';
import { kebabCase, snakeCase, titleOf } from '../text/names.ts';
import { folderOf, joinPath, type RelPath } from '../tree/rel-path.ts';
import { sortedPaths, type Tree, textFile } from '../tree/tree.ts';
import type { Pack } from './pack.ts';
import type { PackMeta } from './pack-meta.ts';
import { filesWithPolicy, renderPack } from './render.ts';
import { isRuntimeArchive, type RuntimeContext, runtimeContextOf, vendorFolder } from './runtime.ts';
import { type ModuleUpdate, readLastRender, type UpdateOptions, updateFolder } from './update/update-folder.ts';

/**
 * A host's files, with the lock and merge base that updates need. `folder` is the name of the host's folder; `vendored`
 * is whether the host gets the archive of the runtime. For an attached application these are the files of the guest.
 */
export function renderHost(pack: Pack, folder: string, vendored = true, attached?: Attached): Tree {
  const context = hostContextOf(folder, pack.meta, vendored, attached);
  const rendered = renderPack(pack, sectionOf(attached), context);
  const owned = sortedPaths(filesWithPolicy(rendered, 'owned', 'draft'));
  return new Map([
    ...rendered.tree,
    [hostAttributesPath as RelPath, textFile(hostAttributesText(attached !== undefined))],
    [lockPath as RelPath, textFile(lockText(pack.meta, { owned }, context.name))],
    [mergeBasePath as RelPath, textFile(mergeBaseText(filesWithPolicy(rendered, 'managed'), undefined))],
    ...(vendored ? archiveOf(pack) : []),
  ]);
}

function sectionOf(attached: Attached | undefined): 'host' | 'attach' {
  return attached === undefined ? 'host' : 'attach';
}

/** Where the guest of an attached application is, for templates. */
export interface Attached {
  readonly framework: 'fastapi' | 'fastify' | 'express' | 'nestjs';
  readonly entry: string;
  readonly dir: string;
  readonly prefix: string;
  readonly migrations: 'runtime' | 'app';
  /** For Node: how the application's files import each other, their language, and the ending of their imports. */
  readonly module_kind: 'esm' | 'commonjs';
  readonly extension?: string;
  readonly import_ending?: string;
  /** What the ports file starts with. It is rendered once, so an update knows nothing of it. */
  readonly ports?: PortsContext;
  /** For Python: how a test gets the application; null if nothing can be imported. Rendered once, too. */
  readonly test?: { readonly imports: readonly string[]; readonly application: string } | null;
  /** Whether the application uses Ruff. */
  readonly ruff?: boolean;
}

/** The first ports file. */
export interface PortsContext {
  /** Its lines of imports from the application. */
  readonly imports: readonly string[];
  /** The expression for the database's URL; null for the database of AI_DATABASE_URL. */
  readonly database: string | null;
  /** How to get the user of a request; null if it is unknown. */
  readonly user: PortsUser | null;
  /** For Node: what the user comes from, such as `passport`. */
  readonly kind: string;
  /** For Node: how a default is imported from passport. */
  readonly passportImport?: string;
  /** Whether requests are authenticated by a cookie. */
  readonly cookies: boolean;
}

/** Where the first ports file gets the user of a request from. The texts are code. */
export interface PortsUser {
  readonly name: string;
  readonly id: string;
  readonly admin: string;
  /** For TypeScript: the types of the user, and of the session that contains it. */
  readonly type?: string;
  readonly session?: string;
}

const noPorts: PortsContext = { imports: [], database: null, user: null, kind: 'none', cookies: false };

/** The archive of the runtime with its path in the host; empty for a pack without a runtime. */
export function archiveOf({ meta, readArchive }: Pack): Tree {
  if (meta.runtime === undefined || readArchive === undefined) return new Map();
  return new Map([[joinPath(vendorFolder, runtimeContextOf(meta.runtime).archive), readArchive()]]);
}

/** The archives of the runtime that a host has, of any version. They have no merge base. */
function archivesIn(files: Tree, { runtime }: PackMeta): RelPath[] {
  return [...files.keys()].filter(
    (path) =>
      runtime !== undefined &&
      folderOf(path) === vendorFolder &&
      isRuntimeArchive(runtime, path.slice(vendorFolder.length + 1)),
  );
}

export interface HostUpdateOptions extends UpdateOptions {
  /** Whether the host has the archive of the runtime. */
  readonly vendored: boolean;
  readonly attached: Attached | undefined;
}

/**
 * Like `updateModule`, for the host's own files, and replaces the archive of the runtime. `name` is used if the lock file
 * contains no name.
 */
export async function updateHost(
  pack: Pack,
  files: Tree,
  name: string,
  options: HostUpdateOptions,
): Promise<ModuleUpdate> {
  const state = await readLastRender(files, '');
  const context = hostContextOf(state.lock.host ?? name, pack.meta, options.vendored, options.attached);
  // Those of a generated host mean other files.
  const { renames, replaced } = options.attached ? { renames: [], replaced: {} } : pack.meta.host;
  const target = { section: sectionOf(options.attached), context, renames, replaced } as const;
  const archives = archivesIn(files, pack.meta);
  const mine = new Map([...files].filter(([path]) => !archives.includes(path)));
  const update = updateFolder(pack, target, state, mine, '', options);
  if (update.isBlocked || !options.vendored) return update;
  const next = archiveOf(pack);
  const old = archives.filter((path) => !next.has(path));
  return { ...update, tree: new Map([...update.tree, ...next]), removed: new Set([...update.removed, ...old]) };
}

/** The files of a host that an update reads: those that the pack renders, and those in the merge base. */
export function hostPaths(pack: Pack, name: string, base: Tree, attached?: Attached): RelPath[] {
  const { tree } = renderPack(pack, sectionOf(attached), hostContextOf(name, pack.meta, true, attached));
  return [...new Set([...tree.keys(), ...base.keys()])];
}

/** The data for host templates. */
export interface HostContext {
  /** The name in kebab-case, valid as a package name of npm and PyPI. */
  readonly name: string;
  /** The name in snake_case. */
  readonly snakeName: string;
  /** The display name: `My host`. */
  readonly title: string;
  /** The template pack. */
  readonly pack: { readonly name: string; readonly version: string };
  /** The value of `stack` in ai-modules.yaml, as YAML. */
  readonly stack: string;
  /** The runtime; `vendored`: the host has the archive in `vendor/`, else it depends on the range. */
  readonly runtime: (RuntimeContext & { readonly vendored: boolean }) | null;
  /** Whether the generated files of an attached application are TypeScript. */
  readonly isTypeScript: boolean;
  /** Whether files are JavaScript with `require`. */
  readonly isCommonJs: boolean;
  /** For an attached application. */
  readonly attached?: Required<Attached>;
}

/**
 * `folder` is the name of the host's folder. If it is not usable as a name, the host is named `ai-host`; a name that the
 * pack reserves gets `-host` appended.
 */
export function hostContextOf(folder: string, meta: PackMeta, vendored = true, attached?: Attached): HostContext {
  const plain = plainName(folder);
  const name = meta.host.reserved_names.includes(plain) ? `${plain}-host` : plain;
  return {
    name,
    snakeName: snakeCase(name),
    title: titleOf(snakeCase(name)),
    pack: { name: meta.name, version: meta.version },
    stack: stackLiteral(meta.stack ?? meta.name),
    runtime: meta.runtime === undefined ? null : { ...runtimeContextOf(meta.runtime), vendored },
    isTypeScript: attached?.extension === 'ts',
    isCommonJs: attached?.module_kind === 'commonjs' && attached.extension !== 'ts',
    ...(attached && {
      attached: {
        extension: 'ts',
        import_ending: '',
        test: null,
        ruff: false,
        ...attached,
        ports: attached.ports ?? noPorts,
      },
    }),
  };
}

/** A name is not quoted, because people write it that way. */
function stackLiteral(stack: string): string {
  return /^[a-z][a-z0-9-]*$/.test(stack) ? stack : yamlLiteral(stack);
}

/** The name from the folder alone: kebab-case in ASCII, which npm and PyPI accept. */
export function plainName(folder: string): string {
  const plain = kebabCase(folder.normalize('NFKD').replace(/[^\x20-\x7e]/g, ''))
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^[^a-z]+|-+$/g, '');
  return plain.length < 2 ? 'ai-host' : plain.slice(0, 60).replace(/-+$/, '');
}
