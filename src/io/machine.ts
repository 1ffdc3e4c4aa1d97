import { homedir, release, type } from 'node:os';
import { readTextIfThere } from './fs/read-file.ts';
import { type Argv, outputOf, type RunOptions } from './run-commands.ts';

/** The operating system in words: `Linux 6.8.0 x64, Debian GNU/Linux 12 (bookworm)`. */
export function operatingSystem(): string {
  const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(readTextIfThere('/etc/os-release') ?? '')?.[1];
  return `${type()} ${release()} ${process.arch}${name === undefined ? '' : `, ${name}`}`;
}

/** The version of this Node.js, without `v`. */
export const nodeVersion: string = process.versions.node;

/** The first number with dots that `program --version` prints; `undefined` if the program is missing or does not answer. */
export async function versionOf([program, ...args]: Argv, options: RunOptions): Promise<string | undefined> {
  const output = await outputOf([program, ...args, '--version'], options);
  return /\d+(?:\.\d+)+(?:[-.\w]*\w)?/.exec(output ?? '')?.[0];
}

/** Replaces the home folder in paths of a text by `~`, because it contains the name of the user. */
export function withoutHome(text: string, env: Readonly<Record<string, string | undefined>>): string {
  const homes = [env.HOME, env.USERPROFILE, homedir()].flatMap((home) => home?.replace(/[/\\]+$/, '') || []);
  const paths = homes.flatMap((home) => [home, home.replaceAll('\\', '/')]);
  // The home folder of ann2 is not in that of ann.
  return paths
    .sort((a, b) => b.length - a.length)
    .reduce((masked, home) => masked.replace(new RegExp(`${escaped(home)}(?![\\w-])`, 'g'), '~'), text);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
