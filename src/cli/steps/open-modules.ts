import { relative } from 'node:path';
import { isFailure } from '../../core/failure.ts';
import type { ConflictStyle } from '../../core/merge/files.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { folderGiven, namesGiven } from '../../io/host/given-modules.ts';
import { currentModule } from '../../io/host/read-module.ts';
import type { Io } from '../../io/io.ts';
import { planUpdate, type UpdateAllOptions, type UpdatePlan } from '../../io/module/plan-update.ts';
import { findPack, resolveStack } from '../../io/pack/find-pack.ts';
import { type FoundHost, type HostFlags, openOrOfferHost } from './find-host.ts';
import { readManifestFile } from './read-manifest.ts';

export interface ModuleFlags extends HostFlags {
  readonly stack?: string;
  readonly restore?: readonly string[];
  readonly hostFiles?: boolean;
}

/** Opens the host and plans the update of the given modules: by default all, or with `isOne` the current one. */
export async function openModules(
  io: Io,
  given: readonly string[],
  conflicts: ConflictStyle,
  flags: ModuleFlags,
  {
    isOne,
    ...also
  }: Pick<UpdateAllOptions, 'editManifest' | 'inspect' | 'onProgress'> & { readonly isOne?: boolean } = {},
): Promise<UpdatePlan & { readonly found: FoundHost; readonly pack: Pack }> {
  const withHost = flags.hostFiles === true;
  const found = await openHostOf(io, given[0], flags);
  const names = await namesGiven(found.host, io.cwd, given);
  const asked = isOne && names.length === 0 ? [await currentModule(found.host, io.cwd)] : names;
  const pack = await findPack(found.stack, found.host.root, [
    'module',
    'edits',
    ...(withHost ? (['host'] as const) : []),
  ]);
  const restore = new Set(flags.restore ?? []);
  const planned = await planUpdate(found.host, pack, asked, { conflicts, restore, withHost, ...also }).catch(
    explainManifest(io),
  );
  return { ...planned, found, pack };
}

/** The host of the module given by its path, else of the current folder. Never creates one. */
export function openHostOf(io: Io, given: string | undefined, flags: ModuleFlags): Promise<FoundHost> {
  const host = flags.host ?? folderGiven(io.cwd, given);
  const stack = flags.stack === undefined ? undefined : resolveStack(flags.stack, io.cwd);
  return openOrOfferHost(io, stack, { ...flags, ...(host !== undefined && { host }), yes: true });
}

/** Prints the diagnostics of an invalid manifest with positions, which the fast reader lacks. Rethrows the error. */
export function explainManifest(io: Io): (error: unknown) => Promise<never> {
  return async (error) => {
    if (isFailure(error, 'manifest-invalid')) await readManifestFile(io, relative(io.cwd, error.args.file));
    throw error;
  };
}
