import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Host } from '../../core/host/host.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { commandsFor, lockFiles, managerOf } from '../../core/pack/package-manager.ts';
import { readTextIfThere } from '../fs/read-file.ts';

/**
 * The pack with its commands for the host's package manager, which its lock file or package.json names. In a workspace
 * they are in a folder above, at most at the root of the repository.
 */
export function withPackageManager(meta: PackMeta, host: Pick<Host, 'root' | 'attached'>): PackMeta {
  const { root, attached } = host;
  const { verify, verify_attached: inAttached = verify } = meta.commands;
  const commands = attached === undefined ? meta.commands : { ...meta.commands, verify: inAttached };
  const manager = packageManagerOf(meta, host);
  if (manager !== undefined) return { ...meta, commands: commandsFor(commands, manager) };
  const isElsewhere = attached !== undefined && !existsSync(join(root, '.venv'));
  return { ...meta, commands: isElsewhere ? commandsFor(commands, 'active') : commands };
}

/** The name of the host's package manager; `undefined` if neither a lock file nor package.json names it. */
export function packageManagerOf(
  { commands }: PackMeta,
  { root, attached }: Pick<Host, 'root' | 'attached'>,
): string | undefined {
  const verify = (attached && commands.verify_attached) ?? commands.verify;
  const isPython = [...commands.install, ...verify].some(([program = '']) => program.startsWith('.venv/'));
  for (let folder = root; ; folder = dirname(folder)) {
    const files = new Set(lockFiles.filter((name) => existsSync(join(folder, name))));
    const manager = managerOf(files, readTextIfThere(join(folder, 'package.json')), isPython);
    if (manager !== undefined) return manager;
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return undefined;
  }
}
