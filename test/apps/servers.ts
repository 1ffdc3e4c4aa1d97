import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../conformance/host/free-port.ts';
import type { Environment } from '../conformance/host/host.ts';
import { ScratchServer } from '../conformance/host/scratch-server.ts';
import { missingServers, ScratchServices, serverTool } from '../conformance/host/services.ts';
import { missingPython } from '../e2e/needs.ts';
import type { Application } from './application.ts';

const programs = { postgres: 'postgres', redis: 'redis-server', mariadb: 'mariadbd' } as const;

/** What the machine lacks to run an application. */
export function missingFor({ manager, servers }: Application): string[] {
  const python = manager === 'pip' || manager === 'uv' ? missingPython() : [];
  return [...missingServers(servers.map((each) => programs[each])), ...python];
}

/** The servers of an application, with data in temporary folders. */
export class AppServers {
  readonly #wanted: Application['servers'];
  readonly #services: ScratchServices;
  #mariadb: Mariadb | undefined;

  constructor({ servers }: Application) {
    this.#wanted = servers;
    this.#services = new ScratchServices({ redis: servers.includes('redis') });
  }

  /** Creates an empty database, and returns its address and that of Redis. */
  async fresh(): Promise<Environment> {
    if (!this.#wanted.includes('mariadb')) return this.#services.fresh();
    this.#mariadb ??= await startMariadb();
    return { DATABASE_URL: this.#mariadb.createDatabase() };
  }

  /** Creates an empty database of PostgreSQL for the guest of an application that has another one. */
  async freshPostgres(): Promise<string> {
    return (await this.#services.fresh()).DATABASE_URL ?? '';
  }

  async close(): Promise<void> {
    await Promise.all([this.#services.close(), this.#mariadb?.close()]);
  }
}

interface Mariadb {
  createDatabase(): string;
  close(): Promise<void>;
}

async function startMariadb(): Promise<Mariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'apps-mariadb-'));
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const data = `--datadir=${join(folder, 'data')}`;
  const options = ['--auth-root-authentication-method=normal', '--skip-test-db', ...user];
  execFileSync('mariadb-install-db', ['--no-defaults', data, ...options], { stdio: 'pipe' });
  const port = await freePort();
  const server = new ScratchServer({
    argv: [
      serverTool('mariadbd') ?? 'mariadbd',
      '--no-defaults',
      data,
      ...user,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 'socket')}`,
      '--innodb-flush-log-at-trx-commit=0',
    ],
    cwd: folder,
    ready: /ready for connections/,
    stopSignal: 'SIGTERM',
  });
  await server.start();
  let count = 0;
  return {
    createDatabase() {
      const name = `app_${++count}`;
      const address = ['--no-defaults', '-h', '127.0.0.1', '-P', `${port}`, '-u', 'root'];
      execFileSync('mariadb', [...address, '-e', `CREATE DATABASE ${name}`]);
      return `mysql://root@127.0.0.1:${port}/${name}`;
    },
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
