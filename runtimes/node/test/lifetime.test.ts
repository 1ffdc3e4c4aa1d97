import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { Tokens } from '../src/http/tokens.ts';
import { startEmbeddedPostgres } from '../src/postgres/embedded.ts';
import { eventually, processesWith, query, serverOf } from './postgres/host.ts';

const SECRET = 'the secret of these tests';
const packageFolder = fileURLToPath(new URL('../', import.meta.url));
const main = join(packageFolder, 'test/fixtures/main.ts');
const started: ChildProcess[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) {
    for (const pid of serverProcesses(folder)) kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lifetime-'));
  folders.push(folder);
  return folder;
}

interface Running {
  readonly child: ChildProcess;
  /** What it printed so far. */
  output(): { log: string; errors: string };
  readonly ended: Promise<number | null>;
  url(): Promise<string>;
}

function start(env: Record<string, string>): Running {
  const variables = { JWT_SECRET: SECRET, PORT: '0', SAMPLE_TIMEOUT_SECONDS: '60', TEST_ENDPOINTS: '1', ...env };
  const child = spawn(process.execPath, ['--import', 'tsx', main], { env: { ...process.env, ...variables } });
  started.push(child);
  const output = { log: '', errors: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.log += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (output.errors += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let url: string | undefined;
  const listening = () => {
    url = /listening on (http:\S+?)"/.exec(output.log)?.[1];
    return url !== undefined || child.exitCode !== null;
  };
  const waitForUrl = async () => {
    await eventually(listening);
    if (url === undefined) throw new Error(output.log + output.errors);
    return url;
  };
  return { child, output: () => output, ended, url: waitForUrl };
}

const headers = {
  'content-type': 'application/json',
  authorization: `Bearer ${new Tokens(SECRET).issue({ id: 'alice', isAdmin: true })}`,
};

async function submit(url: string, steps: string[]): Promise<string | undefined> {
  const body = JSON.stringify({ input_data: { steps } });
  const answer = await fetch(`${url}/api/v1/modules/sample/process`, { method: 'POST', headers, body });
  return answer.status === 202 ? ((await answer.json()) as { job_id: string }).job_id : undefined;
}

async function has(step: 'progress' | 'completed', url: string, job: string | undefined): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/test/events?name=sample.${step}`, { headers });
  const { events = [] } = (await answer.json()) as { events?: { data: { job_id: string } }[] };
  return events.some(({ data }) => data.job_id === job);
}

/** The server and its processes for connections, and the supervisor. */
function serverProcesses(folder: string): number[] {
  const parents = processesWith(folder).filter((pid) => pid !== process.pid);
  const children = processesWith('postgres:').filter((pid) => {
    try {
      return parents.includes(Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]));
    } catch {
      return false;
    }
  });
  return [...parents, ...children];
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

it('ends in time with an exit code while the database hangs and a job runs', async () => {
  const folder = newFolder();
  const host = start({ DATA_DIR: folder });
  const url = await host.url();
  expect(await submit(url, ['slow'])).toBeDefined();
  const frozen = serverProcesses(folder);
  for (const pid of frozen) kill(pid, 'SIGSTOP');
  const began = Date.now();
  host.child.kill('SIGTERM');
  const code = await host.ended;
  // It takes at most 15 seconds; the rest is for a slow machine.
  expect(Date.now() - began).toBeLessThan(50_000);
  expect([0, 1]).toContain(code);
  for (const pid of frozen) kill(pid, 'SIGCONT');
  await eventually(() => serverProcesses(folder).length === 0);
}, 180_000);

it('lets running jobs end within the grace time', async () => {
  const folder = newFolder();
  const first = start({ DATA_DIR: folder });
  const url = await first.url();
  const job = await submit(url, ['slow']);
  // A job that the host has claimed, but not begun, is handed back.
  await eventually(() => has('progress', url, job));
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  const second = start({ DATA_DIR: folder });
  const after = await second.url();
  // It ended before the stop, or would start again.
  expect(await has('completed', after, job)).toBe(true);
}, 180_000);

it.each(['all', 'without the reader of the pipe'])(
  'starts a database again that was killed with its supervisor (%s)',
  async (kind) => {
    const folder = newFolder();
    const [first, second] = [start({ DATA_DIR: folder }), start({ DATA_DIR: folder })];
    const urls = [await first.url(), await second.url()];
    const supervisors = processesWith(folder).filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/bin/sh'),
    );
    const before = serverOf(folder)!;
    const parent = Number(readFileSync(`/proc/${before}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
    for (const pid of [...(kind === 'all' ? supervisors : [parent]), before]) kill(pid, 'SIGKILL');
    for (const url of urls) {
      let job: string | undefined;
      await eventually(async () => {
        job = await submit(url, []);
        return job !== undefined;
      });
      await eventually(() => has('completed', url, job));
    }
    expect(serverOf(folder)).not.toBe(before);
    for (const host of [first, second]) host.child.kill('SIGTERM');
    expect(await Promise.all([first.ended, second.ended])).toEqual([0, 0]);
    await eventually(() => serverProcesses(folder).length === 0);
  },
  180_000,
);

it('waits for a database that starts later, and reports it in one line', async () => {
  const server = await startEmbeddedPostgres({ dataDir: newFolder(), application: 'a', from: packageFolder });
  const port = await freePort();
  const address = `127.0.0.1:${port}/postgres`;
  const host = start({ DATABASE_URL: `postgresql://postgres@${address}` });
  const line = `database: ${address} is unavailable: connection refused`;
  await eventually(() => host.output().log.includes(line));
  const proxy = createServer((client) => {
    const upstream = connect(`${server.host}/.s.PGSQL.5432`);
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.pipe(upstream).pipe(client);
  }).listen(port, '127.0.0.1');
  await host.url();
  expect(host.output().log.split(line)).toHaveLength(2);
  host.child.kill('SIGTERM');
  expect(await host.ended).toBe(0);
  proxy.close();
  await server.stop();
}, 180_000);

it('reports a role or database that is refused in one sentence, without the password', async () => {
  const server = await startEmbeddedPostgres({ dataDir: newFolder(), application: 'a', from: packageFolder });
  await query(server.url, "create role ada login password 'correct-horse'");
  const hba = join(server.folder, 'pg/pg_hba.conf');
  writeFileSync(hba, `local all ada scram-sha-256\nlocal all bob reject\n${readFileSync(hba, 'utf8')}`);
  await query(server.url, 'select pg_reload_conf()');
  const as = (user: string, database = 'postgres') =>
    server.url.replace('//postgres@', `//${user}@`).replace('/postgres?', `/${database}?`);
  const cases = [
    [as('ada:wrong-horse'), 'postgres', 'password authentication failed for user "ada"'],
    [as('ada'), 'postgres', 'the database needs a password'],
    [as('bob'), 'postgres', /^pg_hba.conf rejects connection for host "\[local\]", user "bob"/],
    [as('postgres', 'nowhere'), 'nowhere', 'database "nowhere" does not exist'],
  ] as const;
  for (const [url, database, sentence] of cases) {
    const host = start({ DATABASE_URL: url });
    expect(await host.ended).toBe(1);
    const { log, errors } = host.output();
    const [, found = ''] =
      new RegExp(`^database: ${server.host}:5432/${database} is unavailable: (.*)$`, 'm').exec(errors) ?? [];
    const [reason, hint] = found.split(/(?<=\S)\. (?=Check)/);
    expect(reason).toMatch(sentence);
    expect(hint).toBe('Check AI_DATABASE_URL.');
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
    expect(log).toContain(JSON.stringify(reason).slice(1, -1));
    expect(log + errors).not.toContain('horse');
  }
  await server.stop();
}, 180_000);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
