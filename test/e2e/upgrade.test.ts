import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Host } from '../conformance/host/host.ts';
import { fastapiLauncher } from '../conformance/host/launch-fastapi.ts';
import { fastifyLauncher } from '../conformance/host/launch-fastify.ts';
import { inOneHour, signToken } from '../conformance/wire/token.ts';
import { waitUntil } from '../conformance/wire/wait-until.ts';
import { modulesOf, replaceIn, type Stack } from '../edited-module.ts';
import { builtBin } from './built-bin.ts';
import { installHost, pythonOf } from './generated-host.ts';
import { describeWhere, missingPython } from './needs.ts';
import { hostOfRelease } from './released-tool.ts';

const bin = await builtBin();
const run = promisify(execFile);

/** The user's provider: a job can fail, or run for as long as the old host lives. */
const providers: Readonly<Record<Stack, readonly [file: string, line: string, more: string]>> = {
  fastify: [
    'provider.ts',
    '    const id = randomUUID();\n',
    `    if (input_data.fail) throw new PermanentError('provider_rejected');
    while (input_data.hold && process.env.HOLD) await new Promise((done) => setTimeout(done, 50));\n`,
  ],
  fastapi: [
    'provider.py',
    '        scan_id = str(uuid4())\n',
    `        import asyncio, os
        if input_data.get("fail"):
            raise PermanentError("provider_rejected")
        while input_data.get("hold") and os.environ.get("HOLD"):
            await asyncio.sleep(0.05)\n`,
  ],
};

const page = readFileSync(new URL('../../docs/updating.md', import.meta.url), 'utf8');
const section = /^## Migrating from 0\.1\n(.*?)^## /ms.exec(page)?.[1] ?? '';
const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) =>
  [...text.matchAll(/^npx create-ai-module (.*)$/gm)].map(([, words = '']) => words),
);
/** The commands of the tool that the documentation gives. */
const commands = { fastify: blocks[0] ?? [], fastapi: blocks[1] ?? [] };
const oldData = { fastify: ['pg', 'pg-0.1'], fastapi: ['app.db', 'app.db'] } as const;
const installed = { fastify: 'node_modules', fastapi: '.venv' } as const;

await describeWhere('the upgrade of embedded hosts of 0.1.0', missingPython(), () =>
  describe.each<Stack>(['fastify', 'fastapi'])('the upgrade of an embedded %s host of 0.1.0', (stack) => {
    it('keeps exported jobs, and refuses data that was not exported', { timeout: 600_000 }, async () => {
      const dir = await hostOfRelease('0.1.0', stack);
      const dataDir = join(dir, '.data');
      const [file, line, more] = providers[stack];
      const provider = join(dir, modulesOf[stack], 'notes', file);
      replaceIn(provider, line, `${more}${line}`);
      if (stack === 'fastapi') replaceIn(provider, 'import TransientError', 'import PermanentError, TransientError');
      const tool = (words: string) => run(process.execPath, [bin, ...words.split(' ')], { cwd: dir, maxBuffer: 1e8 });
      const start = async (env: Record<string, string> = {}) => {
        rmSync(join(dir, installed[stack]), { force: true });
        await installHost(stack, dir);
        const launcher =
          stack === 'fastify' ? fastifyLauncher({ dir }) : fastapiLauncher({ dir, python: pythonOf(dir) });
        return launcher.launch({ dataDir, env });
      };

      const old = await start({ HOLD: '1' });
      const ids = await addJobs(old);
      const before = await jobsOf(old, ids);
      await expect(tool('host export-data')).rejects.toThrow('the host is running');
      await old.stop();
      await expect(tool('update --host --check')).rejects.toThrow(
        'To keep it, run `create-ai-module host export-data`',
      );
      const [exportData = '', update = '', ...others] = commands[stack];
      expect(others).toEqual([]);
      const { stdout } = await tool(exportData);
      expect(stdout).toMatch(/^Exported 5 rows of 2 tables to \.data\/export-0\.1\.jsonl\./);
      const { stderr } = await tool(`${update} --yes`);
      expect(stderr).not.toContain('Note: ');
      const exported = join(dataDir, 'export-0.1.jsonl');
      renameSync(exported, `${exported}.hidden`);
      await expect(start()).rejects.toThrow(/was not exported.* host export-data`.* move .* to another folder/);
      renameSync(`${exported}.hidden`, exported);

      const host = await start();
      await waitUntil(
        'the held job',
        async () => (await jobsOf(host, [ids[3] as string]))[0]?.status === 'completed',
        120,
      );
      expect((await jobsOf(host, ids)).slice(0, 3)).toEqual(before.slice(0, 3));
      await host.stop();
      expect(existsSync(join(dataDir, oldData[stack][1]))).toBe(true);
      const again = await start();
      expect((await jobsOf(again, ids)).slice(0, 3)).toEqual(before.slice(0, 3));
      await again.dispose();
    });
  }),
);

function call(host: Host, path: string, body?: unknown): Promise<Response> {
  const permissions = ['create', 'read', 'delete'].map((verb) => `notes:${verb}`);
  const token = signToken(host.secret, { sub: 'ada', permissions, exp: inOneHour() });
  return fetch(`${host.baseUrl}/api/v1/modules/notes${path}`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
}

/** A completed, a failed and a cancelled job, and one that runs. */
async function addJobs(host: Host): Promise<string[]> {
  const inputs = [{ text: 'two words, äöü 😀' }, { fail: true }, { hold: true, cancel: true }, { hold: true }];
  const ids: string[] = [];
  for (const input_data of inputs) {
    const { job_id } = (await (await call(host, '/process', { input_data })).json()) as { job_id: string };
    ids.push(job_id);
    const wanted = 'hold' in input_data ? 'processing' : 'text' in input_data ? 'completed' : 'failed';
    await waitUntil(wanted, async () => (await jobsOf(host, [job_id]))[0]?.status === wanted, 120);
    if ('cancel' in input_data) await call(host, `/cancel/${job_id}`, {});
  }
  return ids;
}

/** What a client sees of jobs. Sentences may change between versions. */
async function jobsOf(host: Host, ids: readonly string[]) {
  return Promise.all(
    ids.map(async (id) => {
      const job = (await (await call(host, `/status/${id}`)).json()) as { status: string };
      const result = await call(host, `/result/${id}`);
      const answer = result.status === 200 ? await result.json() : result.status;
      return { ...job, error_message: undefined, result: answer };
    }),
  );
}
