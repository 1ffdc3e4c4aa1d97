import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { Tokens } from '../src/http/tokens.ts';

const SECRET = 'the secret of these tests';
const folder = mkdtempSync(join(tmpdir(), 'host-'));
const started: ChildProcess[] = [];

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const main = fileURLToPath(new URL('fixtures/main.ts', import.meta.url));

/** Starts a host as a process, and returns where it listens. */
function start(): Promise<{ url: string; kill(): Promise<void> }> {
  const env = { DATA_DIR: folder, JWT_SECRET: SECRET, PORT: '0', JOB_LEASE_SECONDS: '2' };
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { ...process.env, ...env, SAMPLE_TIMEOUT_SECONDS: '60', TEST_ENDPOINTS: '1' },
  });
  started.push(child);
  const kill = async () => {
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await gone;
  };
  return new Promise((resolve, reject) => {
    let log = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const url = /listening on (http:\S+?)"/.exec(log)?.[1];
      if (url) resolve({ url, kill });
    });
    child.once('exit', () => reject(new Error(log)));
  });
}

it('a host that is killed takes every job up again', async () => {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${new Tokens(SECRET).issue({ id: 'alice', isAdmin: true })}`,
  };
  const submit = async (url: string) => {
    const body = JSON.stringify({ input_data: { steps: ['slow'] } });
    const answer = await fetch(`${url}/api/v1/modules/sample/process`, { method: 'POST', headers, body });
    return ((await answer.json()) as { job_id: string }).job_id;
  };
  const completed = async (url: string) => {
    const answer = await fetch(`${url}/api/v1/test/events?name=sample.completed`, { headers });
    const { events } = (await answer.json()) as { events: Array<{ data: { job_id: string } }> };
    return events.map((event) => event.data.job_id).sort();
  };

  const first = await start();
  // Three at work, which is all the module may have, and two that wait.
  const jobs = await Promise.all([1, 2, 3, 4, 5].map(() => submit(first.url)));
  await first.kill();

  const second = await start();
  const end = Date.now() + 60_000;
  while ((await completed(second.url)).length < jobs.length && Date.now() < end) await pause();
  expect(await completed(second.url)).toEqual(jobs.sort());
  await second.kill();
}, 120_000);

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
