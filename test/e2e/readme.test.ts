import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../conformance/host/free-port.ts';
import { npxOfBin } from './built-bin.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(project, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);

/** This block runs the test suite, of which this file is a part. */
const ofTheRepository = /^npm install && npm /;
const inOrder = blocks.filter((block) => !ofTheRepository.test(block));
const start = inOrder.indexOf('npm start\n');

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'readme-')));
let port: number;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  port = await freePort();
  env = { ...process.env, ...(await npxOfBin(scratch)), PORT: String(port), VITEST: undefined, NODE_ENV: undefined };
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it('README.md has a block that starts the host', () => {
  expect(blocks.length - inOrder.length).toBe(1);
  expect(start).toBeGreaterThan(0);
  expect(start).toBeLessThan(inOrder.length - 1);
});

it('README.md has at most 120 lines, and no block with a prompt sign or a literal id', () => {
  expect(readme.split('\n').length - 1).toBeLessThanOrEqual(120);
  expect(blocks.filter((block) => /^\$ |[0-9a-f]{8}-[0-9a-f]{4}-/m.test(block))).toEqual([]);
});

describe('the blocks of README.md, pasted in order', { timeout: 600_000 }, () => {
  let folder = scratch;

  it('create a host and a module', async () => {
    for (const block of inOrder.slice(0, start)) await paste(block);
    expect(folder).toBe(join(scratch, 'my-app'));
  });

  it('start the host, run a job, print its result, validate and test the module', async () => {
    const host = spawn('bash', ['-c', inOrder[start] ?? ''], { cwd: folder, env, detached: true, stdio: 'pipe' });
    const ended = new Promise<void>((done) => host.once('close', () => done()));
    let log = '';
    for (const stream of [host.stdout, host.stderr]) stream.on('data', (chunk) => (log += chunk));
    try {
      const limit = Date.now() + 180_000;
      while (!log.includes('listening on')) {
        if (host.exitCode !== null || Date.now() > limit) throw new Error(`the host did not start:\n${log}`);
        await sleep(100);
      }
      const [job = '', module = '', ...rest] = inOrder.slice(start + 1);
      expect(JSON.parse(await paste(job))).toMatchObject({
        output_data: { lines: [{ text: expect.any(String), amount: expect.any(Number) }] },
      });
      expect(await paste(module)).toMatch(/Updated 1 module[\s\S]*1 manifest valid[\s\S]*Test Files .*passed/);
      for (const block of rest) await paste(block);
    } finally {
      // Ctrl-C in a terminal goes to the whole process group.
      process.kill(-(host.pid ?? 0), 'SIGINT');
      await ended;
    }
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow('fetch failed');
  });

  /** Runs a block in the last folder of the previous block, and returns its output. */
  async function paste(block: string): Promise<string> {
    const left = join(scratch, 'left');
    const script = `set -euo pipefail\n${block.replaceAll(':8000', `:${port}`)}\npwd > '${left}'`;
    const options = { cwd: folder, env, maxBuffer: 1e8, timeout: 180_000 };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], options).catch((error) => {
      throw new Error(`${block}\n${error.stdout}${error.stderr}`);
    });
    folder = readFileSync(left, 'utf8').trim();
    return stdout;
  }
});
