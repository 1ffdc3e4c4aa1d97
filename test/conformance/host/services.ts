import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { Environment, Server, Services } from './host.ts';
import { ScratchServer } from './scratch-server.ts';

/** The password in all server addresses. It must never appear in a host's output. */
export const databasePassword = 'planted-database-password-77c2';

const user = 'conformance';

/** PostgreSQL and optionally Redis, on free ports, with data in temporary folders. Started at the first launch. */
export class ScratchServices implements Services {
  readonly withRedis: boolean;
  readonly #isDurable: boolean;
  readonly #folders: string[] = [];
  readonly #servers: ScratchServer[] = [];
  #port: number | undefined;
  database: Server | undefined;
  queue: Server | undefined;
  #databases = 0;

  /** With `isDurable` every commit waits for the disk, and statements are counted. */
  constructor({ redis, isDurable = false }: { readonly redis: boolean; readonly isDurable?: boolean }) {
    this.withRedis = redis;
    this.#isDurable = isDurable;
  }

  async fresh(): Promise<Environment> {
    this.#port ??= await this.#startPostgres();
    const name = `host_${++this.#databases}`;
    const address = ['-h', '127.0.0.1', '-p', `${this.#port}`, '-U', user];
    execFileSync(postgresTool('createdb'), [...address, name], { env: { PGPASSWORD: databasePassword } });
    const database = `postgresql://${user}:${databasePassword}@127.0.0.1:${this.#port}/${name}`;
    if (!this.withRedis) return { DATABASE_URL: database };
    const redis = `redis://:${databasePassword}@127.0.0.1:${await this.#startRedis()}/0`;
    return { DATABASE_URL: database, REDIS_URL: redis };
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((one) => one.stop()));
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  #folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-services-'));
    this.#folders.push(folder);
    return folder;
  }

  async #startPostgres(): Promise<number> {
    const folder = this.#folder();
    const password = join(folder, 'password');
    writeFileSync(password, databasePassword);
    // PostgreSQL does not run as root, so root starts it as the user of its package.
    const asUser =
      process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
    if (asUser.length > 0) for (const path of [folder, password]) chownSync(path, idOf('-u'), idOf('-g'));
    const data = join(folder, 'data');
    const [file = '', ...rest] = [...asUser, postgresTool('initdb')];
    const options = ['-D', data, '-U', user, '--auth=scram-sha-256', '--pwfile', password, '--no-sync', '-E', 'UTF8'];
    execFileSync(file, [...rest, ...options], { stdio: 'pipe', cwd: folder });
    const port = await freePort();
    const settings = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      ...(this.#isDurable ? ['shared_preload_libraries=pg_stat_statements'] : ['fsync=off']),
      'max_connections=300',
    ];
    const argv = [...asUser, postgresTool('postgres'), '-D', data, '-p', `${port}`];
    this.database = await this.#start({
      argv: [...argv, ...settings.flatMap((it) => ['-c', it])],
      cwd: folder,
      ready: /ready to accept connections/,
      stopSignal: 'SIGINT',
    });
    return port;
  }

  async #startRedis(): Promise<number> {
    const port = await freePort();
    const folder = this.#folder();
    const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--requirepass', databasePassword, '--dir', folder];
    // Persisted, so that a restart loses no accepted jobs and events.
    const argv = ['redis-server', ...options, '--appendonly', 'yes'];
    this.queue = await this.#start({ argv, cwd: folder, ready: /Ready to accept/, stopSignal: 'SIGTERM' });
    return port;
  }

  async #start(program: ConstructorParameters<typeof ScratchServer>[0]): Promise<ScratchServer> {
    const server = new ScratchServer(program);
    this.#servers.push(server);
    await server.start();
    return server;
  }
}

/** The path of a server program, including Debian's location outside PATH. */
export function serverTool(name: string): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const path = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  const folders = [...versions.map((version) => join(root, version, 'bin')), ...path];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The names of the servers that are not installed. */
export function missingServers(names: readonly string[]): string[] {
  return names.filter((name) => serverTool(name) === undefined).map((name) => `${name} is not installed`);
}

const postgresTool = (name: string): string => serverTool(name) ?? name;

const idOf = (flag: '-u' | '-g'): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
