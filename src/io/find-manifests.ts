import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { Host } from '../core/host/host.ts';

/** The manifests of all modules of a host. */
export async function manifestsOfHost({ root, modulesDir }: Host): Promise<string[]> {
  return manifestsAt(join(root, modulesDir));
}

/** A manifest itself, a module's folder, or a folder of modules. Throws `no-manifests` where there is none. */
export async function manifestsAt(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'it does not exist' : error.message;
    throw new Failure('file-unreadable', { file: path, reason }, error);
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  if (entries.some((entry) => entry.name === 'manifest.yaml')) return [join(path, 'manifest.yaml')];
  const inside = entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name, 'manifest.yaml'));
  const there = await Promise.all(
    inside.map((file) =>
      stat(file).then(
        () => file,
        () => undefined,
      ),
    ),
  );
  const files = there.filter((file) => file !== undefined).sort();
  if (files.length === 0) throw new Failure('no-manifests', { dir: path });
  return files;
}
