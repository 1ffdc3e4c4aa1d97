import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as processEnv } from 'node:process';
import { copyHost } from './copy-host.ts';
import type { Environment, Host, LaunchOptions, Services } from './host.ts';
import { RestartableProcess } from './host-process.ts';

export const jwtSecret = 'planted-jwt-secret-of-the-conformance-suite-1f7a';

export interface Commands {
  readonly web: readonly string[];
  /** Each with the log pattern that shows that it accepts work. */
  readonly workers: ReadonlyArray<{
    readonly argv: readonly string[];
    readonly env: Environment;
    readonly ready: RegExp;
  }>;
  readonly env: Environment;
}

interface HostFolder {
  readonly dir: string;
  readonly modulesDir: string;
  /** None in embedded mode. */
  readonly services: Services | undefined;
  readonly commands: (dir: string, dataDir: string, withoutWorkers: boolean) => Commands;
}

/** Starts a host's folder, or an edited copy of it, as child processes on a free port. */
export async function launchHost(folder: HostFolder, options: LaunchOptions = {}): Promise<Host> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'conformance-data-'));
  const dir = options.edit === undefined ? folder.dir : copyHost(folder.dir);
  options.edit?.(join(dir, folder.modulesDir));
  const withoutWorkers = options.withoutWorkers === true;
  const { web, workers: all, env: ofStack } = folder.commands(dir, dataDir, withoutWorkers);
  const workers = withoutWorkers ? [] : all;
  const services = options.beside?.services ?? (await folder.services?.fresh()) ?? {};
  // Inherits nothing from the tests' environment, such as NODE_ENV or DATABASE_URL.
  const env = {
    PATH: processEnv.PATH ?? '',
    HOME: processEnv.HOME ?? '',
    LANG: 'C.UTF-8',
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    TEST_ENDPOINTS: '1',
    JOB_LEASE_SECONDS: '3',
    ...(options.ownSecret === true ? {} : { JWT_SECRET: jwtSecret }),
    ...ofStack,
    ...services,
    ...options.env,
  };
  let log = '';
  const write = (text: string) => {
    log += text;
    if (processEnv.CONFORMANCE_LOG !== undefined) appendFileSync(processEnv.CONFORMANCE_LOG, text);
  };
  const process = (argv: readonly string[], ready: RegExp, more: Environment = {}) =>
    new RestartableProcess({ argv, cwd: dir, env: { ...env, ...more }, ready, write });
  const main = process(web, /listening on (http:\/\/127\.0\.0\.1:\d+)/);
  const others = workers.map(({ argv, env: more, ready }) => process(argv, ready, { ...more, ...options.workerEnv }));
  const start = async () => {
    await main.start();
    await Promise.all(others.map((worker) => worker.start()));
  };
  const stop = async () => {
    const [code = null] = await Promise.all([main, ...others].map((one) => one.stop()));
    return code;
  };
  const dispose = async () => {
    await stop();
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    if (dir !== folder.dir) rmSync(dir, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    get baseUrl() {
      return main.readyMatch;
    },
    get secret() {
      return options.ownSecret === true ? readFileSync(join(dataDir, 'jwt-secret'), 'utf8').trim() : jwtSecret;
    },
    dataDir,
    services,
    log: () => log,
    web: main,
    workers: others,
    start,
    stop,
    kill: async () => void (await Promise.all([main, ...others].map((one) => one.kill()))),
    dispose,
  };
}
