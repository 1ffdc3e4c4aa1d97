import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHost } from '../conformance/compare/hosts.ts';
import { send } from '../conformance/wire/send.ts';
import { inOneHour, signToken } from '../conformance/wire/token.ts';
import type { Stack } from './generated-host.ts';
import { describeWhere, missingPython } from './needs.ts';
import { npmPackages } from './npm-packages.ts';
import { pythonEnvironment } from './python-tools.ts';

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const programs = folderOf('../fixtures/clients');

/** openapi-typescript does not work with the version of TypeScript that this project uses. */
const npm = ['openapi-typescript@7.13.0', 'openapi-fetch@0.17.0', 'typescript@5.9.3', '@types/node@20.19.43'];
const pip = ['openapi-python-client==0.29.1', 'mypy==2.4.1'];

/** What both programs print: results of the sample provider, and the place of a problem. */
const printed = { total: 1, currency: 'EUR', preview: 1, found: 200, problem: ['body', 'lines'] };

await describeWhere('clients', missingPython(), () => {
  describe.each<Stack>(['fastify', 'fastapi'])('a client of a %s host, made from its OpenAPI document', (stack) => {
    const folder = mkdtempSync(join(tmpdir(), 'clients-'));
    let started: Awaited<ReturnType<typeof startHost>>;
    let env: NodeJS.ProcessEnv;

    beforeAll(async () => {
      started = await startHost(stack, {});
      const { baseUrl, secret } = started.host;
      const { text } = await send(baseUrl, { method: 'GET', path: '/openapi.json' });
      writeFileSync(join(folder, 'openapi.json'), text);
      const permissions = ['orders:create', 'orders:read'];
      const token = signToken(secret, { sub: 'someone', permissions, exp: inOneHour() });
      env = { ...process.env, BASE_URL: baseUrl, TOKEN: token };
    });
    afterAll(async () => {
      await started?.close();
      rmSync(folder, { recursive: true });
    });

    /** The output of a program. Throws with it if the program fails. */
    async function run(program: string, ...args: readonly string[]): Promise<string> {
      const { stdout } = await promisify(execFile)(program, args, { cwd: folder, env, maxBuffer: 1e8 }).catch(
        ({ message, stdout }) => {
          throw new Error(`${message}\n${stdout}`);
        },
      );
      return stdout;
    }

    it('completes a typed job in TypeScript: openapi-typescript and openapi-fetch', { timeout: 300_000 }, async () => {
      const installed = join(await npmPackages(...npm), 'node_modules');
      symlinkSync(installed, join(folder, 'node_modules'), 'dir');
      // By default, it says that bodies must have the properties that have defaults.
      const options = ['--default-non-nullable=false', '--output', 'host.d.ts'];
      await run(join(installed, '.bin/openapi-typescript'), 'openapi.json', ...options);
      cpSync(join(programs, 'typed-job.mts'), join(folder, 'typed-job.mts'));
      const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
      await run(join(installed, '.bin/tsc'), ...strict, '--allowImportingTsExtensions', 'typed-job.mts');
      const { code } = await transform(readFileSync(join(folder, 'typed-job.mts'), 'utf8'), { loader: 'ts' });
      writeFileSync(join(folder, 'typed-job.mjs'), code);
      expect(JSON.parse(await run(process.execPath, 'typed-job.mjs'))).toEqual(printed);
    });

    it('completes a typed job in Python: openapi-python-client', { timeout: 300_000 }, async () => {
      const bin = join(await pythonEnvironment(folderOf(`../../.cache/python-tools/${pip[0]}`), pip), 'bin');
      await run(
        join(bin, 'openapi-python-client'),
        'generate',
        '--path',
        'openapi.json',
        '--output-path',
        'client',
        '--meta',
        'none',
      );
      cpSync(join(programs, 'typed_job.py'), join(folder, 'typed_job.py'));
      await run(join(bin, 'mypy'), '--strict', 'typed_job.py', 'client');
      expect(JSON.parse(await run(join(bin, 'python'), 'typed_job.py'))).toEqual(printed);
    });
  });
});
