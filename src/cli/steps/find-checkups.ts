import { resolve } from 'node:path';
import { Failure, isFailure } from '../../core/failure.ts';
import { maxManifestBytes } from '../../core/manifest/schema.ts';
import { contentOf, textOf } from '../../io/fs/read-file.ts';
import { findManifests, manifestsOfHost } from '../../io/host/find-manifests.ts';
import { assertNotEmpty } from '../../io/host/given-modules.ts';
import { openHost } from '../../io/host/open-host.ts';
import { asDiagnostic, type ReadCheckup, readCheckups, standaloneCheckup } from '../../io/host/read-checkup.ts';
import type { Io } from '../../io/io.ts';
import { allHosts } from './all-hosts.ts';

export const stdinName = '<stdin>';

/**
 * Reads the manifests to check: paths, glob patterns, names of modules, or `-` for standard input. Without any, all
 * modules of the host, or with `all` of all hosts.
 */
export async function checkupsFor(
  io: Io,
  paths: readonly string[],
  { host, all }: { readonly host?: string; readonly all?: boolean },
): Promise<ReadCheckup[]> {
  assertNotEmpty(paths);
  if (all) return readCheckups(io.cwd, await manifestsOfAll(io.cwd, paths, host));
  const hostDir = resolve(io.cwd, host ?? '.');
  if (paths.length === 0) {
    return readCheckups(io.cwd, manifestsOfHost((await openHost(hostDir)).host));
  }
  const given = paths.filter((path) => path !== '-');
  const files = await findManifests(io.cwd, given, hostDir);
  const checkups = await readCheckups(io.cwd, files);
  return paths.includes('-') ? [...checkups, await readStdin(io)] : checkups;
}

/** The manifests of all hosts. Throws `no-manifests` if none of them has a module. */
async function manifestsOfAll(cwd: string, paths: readonly string[], given: string | undefined) {
  if (paths.length > 0) throw new Failure('usage', { message: `--all: omit ${paths.join(' ')}.` });
  const roots = await allHosts(cwd, given);
  const hosts = await Promise.all(roots.map(async (root) => (await openHost(resolve(cwd, root))).host));
  const found = hosts.flatMap((host) => {
    try {
      return [...manifestsOfHost(host)];
    } catch (error) {
      if (isFailure(error, 'no-manifests') && hosts.length > 1) return [];
      throw error;
    }
  });
  if (found.length === 0) throw new Failure('no-manifests', { dir: cwd });
  return new Set(found);
}

async function readStdin(io: Io): Promise<ReadCheckup> {
  const bytes = await io.readStdin(maxManifestBytes);
  try {
    if (bytes.length > maxManifestBytes)
      throw new Failure('file-too-large', { file: stdinName, bytes: bytes.length, limit: maxManifestBytes });
    return standaloneCheckup({ file: stdinName, folder: undefined, text: textOf(stdinName, contentOf(bytes)) });
  } catch (error) {
    const { checkup, ...rest } = standaloneCheckup({ file: stdinName, folder: undefined, text: '' });
    return { ...rest, checkup: { ...checkup, manifests: [] }, unreadable: [asDiagnostic(stdinName, error)] };
  }
}
