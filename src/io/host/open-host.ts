import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Failure, isFailure } from '../../core/failure.ts';
import { describeHost, type Host, hostConfigFile, hostEvidence } from '../../core/host/host.ts';
import type { HostConfig } from '../../core/host/host-config.ts';
import { attachmentPath } from '../../core/pack/attachment.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { invalidPathReason } from '../../core/tree/rel-path.ts';
import { isDiskError } from '../fs/disk-error.ts';
import { readTextIfThere } from '../fs/read-file.ts';
import { isIgnoredFolder } from '../fs/read-tree.ts';
import { bundledMetas, findPackMeta } from '../pack/find-pack.ts';

export interface OpenedHost {
  readonly host: Host;
  readonly meta: PackMeta;
  /** The value of `--stack` or ai-modules.yaml, which locates the pack. */
  readonly stack: string;
}

/** The host in `dir`, else in the nearest folder above it. Throws `host-not-found` if there is none. */
export async function openHost(dir: string, stack?: string): Promise<OpenedHost> {
  const start = resolve(dir);
  assertFolder(start);
  const metas = await candidates(stack, start);
  for (let root = start; ; root = dirname(root)) {
    const found = await hostAt(root, metas, stack);
    if (found) return found;
    if (dirname(root) === root)
      throw new Failure('host-not-found', { dir: start, isThere: true, below: await hostsBelow(start) });
  }
}

/** `openHost`, but returns `undefined` if there is no host. */
export async function hostAbove(dir: string): Promise<OpenedHost | undefined> {
  return openHost(dir).catch((error: unknown) => {
    if (isFailure(error, 'host-not-found')) return undefined;
    throw error;
  });
}

/** How many folders below one are searched for hosts, and how many of them at most. */
const [maxDepth, maxFolders] = [4, 2_000];

/** Paths of the hosts in folders below `dir`, relative to it and sorted. Hosts inside of hosts are left out. */
export async function hostsBelow(dir: string): Promise<string[]> {
  const metas = await candidates(undefined, dir);
  const found: string[] = [];
  // From the top, so that a host near it is found even among very many folders.
  const folders = [{ path: '', depth: 0 }];
  for (const { path, depth } of folders) {
    if (path !== '' && (await isHost(join(dir, path), metas))) found.push(path);
    else if (depth < maxDepth)
      for (const name of foldersIn(join(dir, path)))
        if (folders.length < maxFolders)
          folders.push({ path: path === '' ? name : `${path}/${name}`, depth: depth + 1 });
  }
  return found.sort();
}

/** A host that can't be opened is one: the command that opens it reports why. */
async function isHost(root: string, metas: readonly Candidate[]): Promise<boolean> {
  return hostAt(root, metas).then((host) => host !== undefined, isFailureOrThrow);
}

function isFailureOrThrow(error: unknown): boolean {
  if (error instanceof Failure) return true;
  throw error;
}

/** Folders that can't be read are left out. */
function foldersIn(dir: string): string[] {
  try {
    const entries = readdirSync(dir, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !isIgnoredFolder(entry.name))
      .map(({ name }) => name);
  } catch (error) {
    if (isDiskError(error)) return [];
    throw error;
  }
}

/** The packs whose hosts are searched for; a pack given by its path comes first. */
async function candidates(stack: string | undefined, dir: string): Promise<Candidate[]> {
  const bundled = (await bundledMetas()).map((meta) => ({ meta, stack: meta.name }));
  if (stack === undefined || bundled.some((one) => one.stack === stack)) return bundled;
  return [{ meta: await findPackMeta(stack, dir), stack }, ...bundled];
}

interface Candidate {
  readonly meta: PackMeta;
  readonly stack: string;
}

/** The host in `root`; `undefined` if there is none. */
export async function hostAt(
  root: string,
  given?: readonly Candidate[],
  stack?: string,
): Promise<OpenedHost | undefined> {
  const metas = given ?? (await candidates(undefined, root));
  const config = await configOf(root);
  const found = config?.stack === undefined ? recognizedHost(root, metas) : await declaredHost(root, config.stack);
  if (found === undefined)
    return stack === undefined || config === undefined ? undefined : requestedHost(root, stack, config);
  if (stack !== undefined && stack !== found.stack && stack !== found.meta.name) {
    const meta = await findPackMeta(stack, root);
    if (meta.name !== found.meta.name) throw new Failure('host-stack-mismatch', { stack, found: found.meta.name });
  }
  assertImports(root, found.meta, config);
  assertAttachedKey(root, config);
  return {
    host: describeHost(root, found.meta, found.evidence, config),
    meta: found.meta,
    stack: stack ?? found.stack,
  };
}

/** Throws `host-invalid` for imports that the pack does not have, and for invalid paths. */
function assertImports(root: string, { name, host }: PackMeta, config: HostConfig | undefined): void {
  const known = Object.keys(host.imports);
  for (const [key, path] of Object.entries(config?.imports ?? {})) {
    const isKnown = known.includes(key);
    const reason = host.import_style === 'relative' && isKnown ? invalidPathReason(path) : undefined;
    if ((isKnown || host.removed_imports.includes(key)) && reason === undefined) continue;
    const names = known.length === 0 ? 'has no imports' : `has only ${known.join(', ')}`;
    throw new Failure('host-invalid', {
      file: join(root, hostConfigFile),
      reason:
        reason === undefined
          ? `unknown import ${key}: the stack ${name} ${names}`
          : `imports.${key} is refused: ${reason}`,
    });
  }
}

/** Without the key, an application would be taken for a generated host, and its files for those of the tool. */
function assertAttachedKey(root: string, config: HostConfig | undefined): void {
  if (config?.attached !== undefined || !existsSync(join(root, attachmentPath))) return;
  const reason = `the key attached is missing, and ${attachmentPath} shows that the application is attached`;
  throw new Failure('host-invalid', { file: join(root, hostConfigFile), reason });
}

interface Found {
  readonly stack: string;
  readonly meta: PackMeta;
  readonly evidence: readonly string[];
}

async function declaredHost(root: string, stack: string): Promise<Found> {
  return { stack, meta: await findPackMeta(stack, root), evidence: [`${hostConfigFile} declares stack: ${stack}`] };
}

function recognizedHost(root: string, metas: readonly Candidate[]): Found | undefined {
  const names = new Set(metas.flatMap(({ meta }) => meta.host.detect.map((rule) => rule.file)));
  const texts = [...names].map((name) => [name, readTextIfThere(join(root, name))] as const);
  const files = new Map(texts.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
  for (const { meta, stack } of metas) {
    const evidence = hostEvidence(meta, files);
    if (evidence) return { stack, meta, evidence };
  }
  return undefined;
}

async function requestedHost(root: string, stack: string, config: HostConfig): Promise<OpenedHost> {
  const meta = await findPackMeta(stack, root);
  return {
    host: describeHost(root, meta, [`${hostConfigFile} exists, and --stack is ${stack}`], config),
    meta,
    stack,
  };
}

async function configOf(root: string): Promise<HostConfig | undefined> {
  const file = join(root, hostConfigFile);
  const text = readTextIfThere(file);
  if (text === undefined) return undefined;
  const { parseHostConfig } = await import('../../core/host/host-config.ts');
  return parseHostConfig(text, file);
}

function assertFolder(path: string): void {
  if (!existsSync(path)) throw new Failure('host-not-found', { dir: path, isThere: false });
  if (!statSync(path).isDirectory())
    throw new Failure('target-unusable', { path, reason: 'it is a file, not a folder' });
}
