import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../conformance/host/free-port.ts';
import type { Environment } from '../conformance/host/host.ts';
import { startProcess } from '../conformance/host/start-process.ts';
import { waitUntil } from '../conformance/wire/wait-until.ts';
import { builtBin } from '../e2e/built-bin.ts';
import { type Application, type Command, type UserName, userNames } from './application.ts';
import { install, lock, packagesOf, pathOf, variablesOfMachine } from './install.ts';
import { type Answer, recordAnswers } from './record-answers.ts';
import { type Outcome, type Results, readResults } from './test-results.ts';

const fixtures = fileURLToPath(new URL('../fixtures/apps/', import.meta.url));
const startSeconds = 120;

export interface RunningApp {
  readonly baseUrl: string;
  log(): string;
  /** Sends SIGTERM, and returns the exit code or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals | null>;
}

/** A copy of an application in a temporary folder, committed to a git repository. */
export class Checkout {
  readonly application: Application;
  readonly folder: string;
  /** What its commands read from the environment; nothing of the tests' own. */
  env: Environment = {};
  /** What the last run of its tests printed, and the reports of failed ones. */
  testOutput = '';

  private constructor(application: Application, folder: string) {
    this.application = application;
    this.folder = folder;
  }

  /** `servers` are the addresses of a database and Redis, as `AppServers.fresh()` returns them. */
  static async create(application: Application, servers: Environment): Promise<Checkout> {
    const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'apps-'))), application.name);
    cpSync(join(fixtures, application.name), folder, { recursive: true });
    const checkout = new Checkout(application, folder);
    await lock(application.manager, folder);
    checkout.env = {
      PATH: await pathOf(application.manager, folder),
      HOME: process.env.HOME ?? '',
      LANG: 'C.UTF-8',
      PYTHONDONTWRITEBYTECODE: '1',
    };
    checkout.use(servers);
    await checkout.git('init', '--quiet');
    await checkout.commit('Import the application');
    return checkout;
  }

  /** Takes other servers, such as an empty database. */
  use(servers: Environment): void {
    this.env = { ...this.env, ...this.application.environment(servers) };
  }

  async git(...argv: readonly string[]): Promise<string> {
    const author = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.org'];
    return this.run({ argv: ['git', ...author, ...argv] });
  }

  async commit(message: string): Promise<void> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--no-verify', '--message', message);
  }

  /** Installs its dependencies. With `own`, commands may change the installed packages. */
  async install(own = false): Promise<void> {
    await install(this.application.manager, this.folder, own);
  }

  /** Runs a command, and returns its output. An error has the output too. */
  async run({ argv: [program = '', ...rest], cwd = '.', env }: Command): Promise<string> {
    const options = { cwd: join(this.folder, cwd), env: { ...this.env, ...env }, maxBuffer: 1e8 };
    const { stdout, stderr } = await promisify(execFile)(program, rest, options).catch((error) => {
      throw new Error(`${[program, ...rest].join(' ')} failed with ${error.code}\n${error.stdout}${error.stderr}`);
    });
    return `${stdout}${stderr}`;
  }

  /** Runs create-ai-module, which may run package managers. */
  async tool(...argv: readonly string[]): Promise<string> {
    const env = { ...variablesOfMachine(), ...this.env };
    return this.run({ argv: [process.execPath, await builtBin(), ...argv], env });
  }

  async lint(): Promise<void> {
    for (const command of this.application.lint) await this.run(command);
  }

  /** Builds it, migrates its database, and creates its users. */
  async prepare(): Promise<void> {
    if (this.application.build !== undefined) await this.run(this.application.build);
    await this.run(this.application.migrate);
    for (const user of userNames) await this.run(this.application.addUser(user));
  }

  async checkMigrations(): Promise<void> {
    if (this.application.checkMigrations !== undefined) await this.run(this.application.checkMigrations);
  }

  /** Runs its own tests. Failures are results; a run without a report is an error. */
  async test(env: Environment = {}): Promise<Results> {
    const results = new Map<string, Outcome>();
    const reports = mkdtempSync(join(tmpdir(), 'apps-reports-'));
    this.testOutput = '';
    for (const [index, { format, command }] of this.application.tests.entries()) {
      const report = join(reports, `${index}`);
      const tests = command(report);
      const failure = await this.run({ ...tests, env: { ...tests.env, ...env } }).catch((error: Error) => error);
      this.testOutput += failure instanceof Error ? failure.message : failure;
      try {
        for (const [id, outcome] of readResults(format, report, this.folder)) results.set(id, outcome);
      } catch (error) {
        throw failure instanceof Error ? failure : error;
      }
      const isRed = [...results.values()].includes('failed');
      if (isRed) this.testOutput += `\n${readFileSync(report, 'utf8').slice(0, 20_000)}`;
      if (failure instanceof Error && !isRed) throw failure;
    }
    rmSync(reports, { recursive: true, force: true });
    return results;
  }

  /** Starts it on a free port, and waits until it answers requests. */
  async start(env: Environment = {}): Promise<RunningApp> {
    const port = await freePort();
    const { argv, cwd = '.', env: more } = this.application.start(port);
    let log = '';
    const started = startProcess({
      argv,
      cwd: join(this.folder, cwd),
      env: { ...this.env, ...more, ...env },
      write: (text) => {
        log += text;
      },
    });
    const baseUrl = `http://127.0.0.1:${port}`;
    let ended = false;
    const stop = async () => {
      ended = true;
      return started.stop(30);
    };
    try {
      await waitUntil(
        `${this.application.name} answers`,
        async () => {
          // Fails at once if the process has ended.
          await started.match(/^/, 0);
          return fetch(baseUrl).then(
            () => true,
            () => false,
          );
        },
        startSeconds,
      );
    } catch (error) {
      if (!ended) await stop();
      throw new Error(`${(error as Error).message}\n${log}`);
    }
    return { baseUrl, log: () => log, stop };
  }

  /** Its routes: `GET /users/{id}`, in the order in which it registers them. */
  async routes(): Promise<string[]> {
    const output = await this.run(this.application.routes);
    return output.split('\n').filter((line) => /^[A-Z]+ \//.test(line));
  }

  /** The answers of all its routes. */
  recordAnswers(baseUrl: string): Promise<Answer[]> {
    return recordAnswers(baseUrl, this.application.requests, (user: UserName) => this.application.logIn(baseUrl, user));
  }

  /** The folder of its installed packages. */
  get packages(): string {
    return join(this.folder, packagesOf(this.application.manager));
  }

  dispose(): void {
    rmSync(join(this.folder, '..'), { recursive: true, force: true });
  }
}
