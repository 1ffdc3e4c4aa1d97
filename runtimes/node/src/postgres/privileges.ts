import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Binaries, binariesIn } from './binaries.ts';
import { needsDatabaseUrl } from './error.ts';

/** PostgreSQL refuses to run as root, and an unprivileged user can't enter folders such as /root. */
export interface Privileges {
  /** The user that runs the server. Undefined: the user of this process. */
  readonly account: Account | undefined;
  /** Words before a command that make it run as `account`. */
  readonly prefix: readonly string[];
  /** Whether the server can enter every folder. */
  readonly entersAll: boolean;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Where the data is, and the binaries that can read it. */
export interface Place {
  readonly folder: string;
  readonly binaries: Binaries;
}

/** Folders for hosts that run as root where the server can't enter their own. */
const sharedFolder = '/var/lib/ai-module-runtime';
const dacReadSearch = 2n;

export function choosePrivileges(dataDir: string): Privileges {
  if (process.geteuid?.() !== 0) {
    assertNamed();
    return { account: undefined, prefix: [], entersAll: false };
  }
  const account = ownerOfData(join(dataDir, 'pg')) ?? nobody();
  if (!hasCommand('setpriv'))
    throw needsDatabaseUrl('root', 'root needs the program setpriv to run it as another user');
  const entersAll = hasCapability(dacReadSearch);
  const keep = entersAll ? ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'] : [];
  return { account, prefix: [...changeUser(account), ...keep, '--'], entersAll };
}

/** Gives a file or folder to the user that runs the server. */
export function giveTo(privileges: Privileges, path: string): void {
  if (privileges.account) chownSync(path, privileges.account.uid, privileges.account.gid);
}

/**
 * Chooses a folder below /var/lib if the server can't enter the data folder, and copies the binaries to it if it can't
 * enter theirs. A file in the data folder keeps the choice.
 */
export function choosePlace(
  dataDir: string,
  binaries: Binaries,
  privileges: Privileges,
  report: (message: string) => void,
): Place {
  if (!privileges.account) return { folder: dataDir, binaries };
  // The capability opens files, but PostgreSQL asks the system whether its binaries may be used, which ignores it.
  const note = join(dataDir, 'pg-location');
  const noted = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined;
  const { account } = privileges;
  const reachable = (folder: string) => privileges.entersAll || canEnter(folder, account);
  const usable = canEnter(dirname(binaries.postgres), account) ? binaries : copyBinaries(binaries, report);
  if (existsSync(join(dataDir, 'pg')) || (noted === undefined && reachable(dataDir))) {
    if (reachable(dataDir)) return { folder: dataDir, binaries: usable };
    throw needsDatabaseUrl('root', `an unprivileged user can't enter ${dataDir} without CAP_DAC_READ_SEARCH`);
  }
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const folder = noted ?? join(sharedFolder, name);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    writeFileSync(note, `${folder}\n`, { mode: 0o600 });
    report(`The embedded database is in ${folder}, because an unprivileged user can't enter ${dataDir}.`);
  }
  return { folder, binaries: usable };
}

/** Whether a user can enter a folder, without the capability. */
export function canEnter(folder: string, account: Account | undefined): boolean {
  const prefix = account ? changeUser(account) : [];
  const [command, ...words] = [...prefix, '/bin/sh', '-c', 'cd "$1"', 'sh', folder];
  return spawnSync(command!, words, { cwd: '/', stdio: 'ignore' }).status === 0;
}

function changeUser({ uid, gid }: Account): string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

/** Copies the binaries once for each installation: as hard links where the disk is the same. */
function copyBinaries(binaries: Binaries, report: (message: string) => void): Binaries {
  const installed = lstatSync(binaries.postgres);
  const copy = join(sharedFolder, `postgres-${installed.size}-${Math.trunc(installed.mtimeMs)}`);
  if (existsSync(copy)) return binariesIn(copy);
  const fresh = `${copy}.new-${process.pid}`;
  mkdirSync(sharedFolder, { recursive: true, mode: 0o711 });
  linkTree(binaries.folder, fresh);
  try {
    renameSync(fresh, copy);
    report(`The binaries of PostgreSQL are in ${copy}, because an unprivileged user can't enter ${binaries.folder}.`);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return binariesIn(copy);
}

function linkTree(source: string, target: string): void {
  mkdirSync(target, { mode: 0o755 });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) linkTree(from, to);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else {
      try {
        linkSync(from, to);
      } catch {
        copyFileSync(from, to);
      }
    }
  }
}

/** PostgreSQL looks up the name of its user. */
function assertNamed(): void {
  try {
    userInfo();
  } catch {
    throw needsDatabaseUrl('unnamed_user', `the user id ${process.geteuid?.()} has no name`);
  }
}

function nobody(): Account {
  const entry = accounts().find(({ name }) => name === 'nobody');
  if (!entry) throw needsDatabaseUrl('root', 'root needs the user "nobody" to run it');
  return entry;
}

/** Data that a user created stays theirs when root starts the host. */
function ownerOfData(data: string): Account | undefined {
  const stats = lstatSync(data, { throwIfNoEntry: false });
  if (!stats || stats.uid === 0) return undefined;
  if (!accounts().some(({ uid }) => uid === stats.uid))
    throw needsDatabaseUrl('unnamed_user', `the user id ${stats.uid}, which owns ${data}, has no name`);
  return { uid: stats.uid, gid: stats.gid };
}

function accounts(): (Account & { name: string })[] {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return lines
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map((fields) => ({ name: fields[0]!, uid: Number(fields[2]), gid: Number(fields[3]) }));
}

function hasCapability(number: bigint): boolean {
  if (process.platform !== 'linux') return false;
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> number) & 1n) === 1n;
}

function hasCommand(name: string): boolean {
  const folders = (process.env.PATH ?? '/usr/bin:/bin').split(':');
  return folders.some((folder) => existsSync(join(folder, basename(name))));
}
