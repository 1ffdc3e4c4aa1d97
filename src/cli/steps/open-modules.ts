import { relative } from 'node:path';
import { isFailure } from '../../core/failure.ts';
import type { ConflictStyle } from '../../core/merge/files.ts';
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

/** The host's modules, all or those given by name or path, or the one that is meant, and what an update would make of them. */
export async function openModules(
  io: Io,
  given: readonly string[],
  conflicts: ConflictStyle,
  flags: ModuleFlags,
  {
    isOne,
    ...also
  }: Pick<UpdateAllOptions, 'editManifest' | 'inspect' | 'onProgress'> & { readonly isOne?: boolean } = {},
): Promise<UpdatePlan & { readonly found: FoundHost }> {
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
  return { ...planned, found };
}

/** The host that is there: of the module that is given by its path, else around the current folder. */
export function openHostOf(io: Io, given: string | undefined, flags: ModuleFlags): Promise<FoundHost> {
  const host = flags.host ?? folderGiven(io.cwd, given);
  const stack = flags.stack === undefined ? undefined : resolveStack(flags.stack, io.cwd);
  return openOrOfferHost(io, stack, { ...flags, ...(host !== undefined && { host }), yes: true });
}

/** Reads a wrong manifest again, now with the place of everything in it: prints what is wrong and fails alike. */
export function explainManifest(io: Io): (error: unknown) => Promise<never> {
  return async (error) => {
    if (isFailure(error, 'manifest-invalid')) await readManifestFile(io, relative(io.cwd, error.args.file));
    throw error;
  };
}
