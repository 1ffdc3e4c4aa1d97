import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../conformance/host/free-port.ts';
import { missingServers, ScratchServices } from '../conformance/host/services.ts';
import { startProcess } from '../conformance/host/start-process.ts';
import { waitUntil } from '../conformance/wire/wait-until.ts';
import { isNightly } from '../draws.ts';
import { npxOfBin } from './built-bin.ts';
import { describeWhere, missingPython } from './needs.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/attach-by-hand.md', import.meta.url)), 'utf8');
const sections = page.split(/^## /m).slice(1);

interface Recipe {
  readonly title: string;
  readonly missing: readonly string[];
  /** Programs that its shell finds first, below its folder. */
  readonly bin: string;
  start(port: number): { readonly argv: readonly string[]; readonly env?: Readonly<Record<string, string>> };
}

const node = (title: string): Recipe => ({
  title,
  missing: missingServers(['postgres']),
  bin: 'node_modules/.bin',
  start: (port) => ({ argv: ['node', 'src/main.js'], env: { PORT: `${port}` } }),
});

const recipes: readonly Recipe[] = [
  {
    title: 'Starlette',
    missing: [...missingServers(['postgres']), ...missingPython()],
    bin: '.venv/bin',
    start: (port) => ({ argv: ['.venv/bin/uvicorn', 'app.main:app', '--port', `${port}`] }),
  },
  node('Koa'),
  node('Hono'),
];

it('has a recipe for each section, whose files have a path', () => {
  expect(sections.map((text) => text.split('\n')[0])).toEqual(recipes.map(({ title }) => title));
  for (const { title } of recipes) expect(filesOf(blocksOf(title)).length).toBeGreaterThan(3);
});

// Every recipe installs packages. In CI, tests of the runtimes attach a guest to applications of these frameworks.
if (isNightly) {
  for (const recipe of recipes) {
    await describeWhere(recipe.title, recipe.missing, () => describeRecipe(recipe));
  }
}

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(title: string): Block[] {
  const section = sections.find((text) => text.startsWith(`${title}\n`)) ?? '';
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

function filesOf(blocks: readonly Block[]): { path: string; text: string }[] {
  return blocks
    .filter(({ language }) => language !== 'sh' && language !== 'console')
    .map(({ text }) => {
      const [, path = ''] = /^(?:\/\/|#) (\S+)\n/.exec(text) ?? [];
      expect(path, text).not.toBe('');
      return { path, text: text.slice(text.indexOf('\n') + 1) };
    });
}

function describeRecipe({ title, bin, start }: Recipe): void {
  describe(title, { timeout: 900_000 }, () => {
    const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'attach-by-hand-')));
    const folder = join(scratch, 'shop');
    const services = new ScratchServices({ redis: false });
    let env: Record<string, string> = {};
    mkdirSync(folder);
    afterAll(async () => {
      await services.close();
      rmSync(scratch, { recursive: true, force: true });
    });

    async function shell(script: string): Promise<void> {
      const options = { cwd: folder, env, maxBuffer: 1e8 };
      await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], options).catch((error) => {
        throw new Error(`${script}\n${error.stdout}${error.stderr}`);
      });
    }

    it('its commands run', async () => {
      const { DATABASE_URL = '' } = await services.fresh();
      // With what package managers need to reach their registries, but not with what switches the guest off.
      const inherited = Object.entries(process.env).filter(
        (entry): entry is [string, string] => !/^(AI_|VITEST|NODE_ENV|TEST|CI$)/.test(entry[0]),
      );
      const PATH = `${join(folder, bin)}:${process.env.PATH}`;
      env = {
        ...Object.fromEntries(inherited),
        PATH,
        DATABASE_URL,
        ...((await npxOfBin(scratch)) as Record<string, string>),
      };
      if (title === 'Starlette') await shell('python3 -m venv .venv');
      const blocks = blocksOf(title);
      for (const { path, text } of filesOf(blocks)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      for (const { text } of blocks.filter(({ language }) => language === 'sh')) await shell(text);
    });

    it('its application answers as before, and its modules answer its users', async () => {
      const port = await freePort();
      const { argv, env: more } = start(port);
      let log = '';
      const write = (text: string) => {
        log += text;
      };
      const app = startProcess({ argv, cwd: folder, env: { ...env, ...more }, write });
      const url = `http://127.0.0.1:${port}`;
      const call = async (path: string, user?: string, body?: unknown, method = body ? 'POST' : 'GET') => {
        const headers = {
          ...(user === undefined ? {} : { authorization: `Bearer token-of-${user}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        };
        const response = await fetch(url + path, { method, headers, body: body ? JSON.stringify(body) : null });
        const text = await response.text();
        return { status: response.status, text, location: response.headers.get('location') ?? '' };
      };
      try {
        await waitUntil('the application answers', () => call('/').catch(() => undefined), 120);
        await waitUntil('the guest is ready', async () => (await call('/ai/openapi.json')).status === 200, 120);
        expect(await call('/')).toMatchObject({ status: 200, text: 'shop' });
        expect((await call('/aim')).status).toBe(404);

        const input = { input_data: { text: 'A long text.' } };
        const path = '/ai/api/v1/modules/summaries';
        expect((await call(`${path}/process`, undefined, input)).status).toBe(401);
        const job = await call(`${path}/process`, 'ada', input);
        expect(job).toMatchObject({ status: 202, location: expect.stringMatching(/^\/ai\//) });
        await waitUntil(
          'the job is completed',
          async () => JSON.parse((await call(job.location, 'ada')).text).status === 'completed',
          120,
        );
        expect((await call(job.location, 'eve')).status).toBe(403);
        expect((await call(`${path}/admin/stats`, 'ada')).status).toBe(403);
        expect((await call(`${path}/admin/stats`, 'root')).status).toBe(200);

        expect(await call('/me', 'ada', undefined, 'DELETE')).toMatchObject({ status: 200, text: 'deleted' });
        await waitUntil('the job is deleted', async () => (await call(job.location, 'ada')).status === 404, 120);
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${log}`);
      } finally {
        expect([0, 'SIGTERM']).toContain(await app.stop(60));
      }
    });
  });
}
