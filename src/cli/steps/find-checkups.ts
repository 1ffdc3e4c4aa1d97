import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { maxManifestBytes } from '../../core/manifest/schema.ts';
import { contentOf, textOf } from '../../io/fs/read-file.ts';
import { findManifests, manifestsOfHost } from '../../io/host/find-manifests.ts';
import { assertNotEmpty } from '../../io/host/given-modules.ts';
import { openHost } from '../../io/host/open-host.ts';
import { asDiagnostic, type ReadCheckup, readCheckups, standaloneCheckup } from '../../io/host/read-checkup.ts';
import type { Io } from '../../io/io.ts';

export const stdinName = '<stdin>';

/**
 * Reads the manifests to check: paths, glob patterns, names of modules, or `-` for standard input. Without any, all
 * modules of the host.
 */
export async function checkupsFor(io: Io, paths: readonly string[], hostDir = '.'): Promise<ReadCheckup[]> {
  assertNotEmpty(paths);
  if (paths.length === 0) {
    const { host } = await openHost(resolve(io.cwd, hostDir));
    return readCheckups(io.cwd, manifestsOfHost(host));
  }
  const given = paths.filter((path) => path !== '-');
  const files = await findManifests(io.cwd, given, resolve(io.cwd, hostDir));
  const checkups = await readCheckups(io.cwd, files);
  return paths.includes('-') ? [...checkups, await readStdin(io)] : checkups;
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
