import { relative } from 'node:path';
import { isFailure } from '../core/failure.ts';
import type { Host } from '../core/host/host.ts';
import type { ConflictStyle } from '../core/tree/merge-file.ts';
import { findPack } from '../io/find-pack.ts';
import type { Io } from '../io/io.ts';
import { planUpdate, type UpdateAllOptions, type UpdatePlan } from '../io/plan-update.ts';
import { readManifestFile } from './answers/read-manifest.ts';
import { type FoundHost, type HostFlags, openOrOfferHost } from './offer-host.ts';

export interface ModuleFlags extends HostFlags {
  readonly stack?: string;
  readonly restore?: readonly string[];
  readonly hostFiles?: boolean;
}

/** The host's modules, all or those named or picked, and what an update would make of them. */
export async function openModules(
  io: Io,
  names: readonly string[] | ((host: Host) => Promise<readonly string[]>),
  conflicts: ConflictStyle,
  flags: ModuleFlags,
  also: Pick<UpdateAllOptions, 'editManifest' | 'inspect' | 'tell'> = {},
): Promise<UpdatePlan & { readonly found: FoundHost }> {
  const withHost = flags.hostFiles === true;
  const found = await openOrOfferHost(io, flags.stack, { ...flags, yes: true });
  const asked = typeof names === 'function' ? await names(found.host) : names;
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

/** Reads a wrong manifest again, now with the place of everything in it: prints what is wrong and fails alike. */
export function explainManifest(io: Io): (error: unknown) => Promise<never> {
  return async (error) => {
    if (isFailure(error, 'manifest-invalid')) await readManifestFile(io, relative(io.cwd, error.args.file));
    throw error;
  };
}
