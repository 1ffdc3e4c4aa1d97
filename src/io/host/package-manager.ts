import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { commandsFor, lockFiles, managerOf } from '../../core/pack/package-manager.ts';
import { readTextIfThere } from '../fs/read-file.ts';

/**
 * The pack with its commands for the host's package manager, which its lock file or package.json names. In a workspace
 * they are in a folder above, at most at the root of the repository.
 */
export function withPackageManager(meta: PackMeta, root: string): PackMeta {
  for (let folder = root; ; folder = dirname(folder)) {
    const files = new Set(lockFiles.filter((name) => existsSync(join(folder, name))));
    const manager = managerOf(files, readTextIfThere(join(folder, 'package.json')));
    if (manager !== undefined) return { ...meta, commands: commandsFor(meta.commands, manager) };
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return meta;
  }
}
