import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pythonOf, type Stack } from '../../e2e/generated-host.ts';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { folderOf } from './hosts.ts';

const commands: Readonly<Record<Stack, (name: 'start' | 'token', dir: string) => readonly string[]>> = {
  fastify: (name, dir) => [
    process.execPath,
    ...['--import', 'tsx', join(dir, name === 'start' ? 'src/main.ts' : 'scripts/token.ts')],
  ],
  fastapi: (name, dir) => [pythonOf(dir), '-m', name === 'start' ? 'app' : 'app.token'],
};

await describeWhere('commands', missingPython(), () => {
  describe.each(['fastify', 'fastapi'] as const)('commands of %s', (stack) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'commands-'));
    afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

    /** Runs a command to its end. Returns the exit code and the last line of the errors. */
    async function run(name: 'start' | 'token', args: readonly string[], env: Record<string, string>) {
      const cwd = await folderOf(stack);
      const [program = '', ...before] = commands[stack](name, cwd);
      const all = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', AI_DATA_DIR: dataDir, ...env };
      return new Promise<{ code: unknown; last: string | undefined; text: string }>((resolve) => {
        execFile(program, [...before, ...args], { cwd, env: all }, (error, stdout, stderr) => {
          resolve({ code: error?.code ?? 0, last: stderr.trim().split('\n').at(-1), text: stdout + stderr });
        });
      });
    }

    it('a port in use is reported in one sentence', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      const { code, last, text } = await run('start', [], { PORT: `${port}` });
      server.close();
      expect([code, last]).toEqual([1, `PORT ${port} is in use: stop the process that uses it, or set another PORT`]);
      expect(text).not.toMatch(/Traceback|^ +at /m);
    });

    it.each(['start', 'token'] as const)(
      '%s: an empty file of the secret is reported in one sentence',
      async (name) => {
        const file = join(dataDir, 'empty', 'jwt-secret');
        mkdirSync(join(dataDir, 'empty'), { recursive: true });
        writeFileSync(file, '\n');
        const { code, last, text } = await run(name, name === 'token' ? ['alice'] : [], {
          AI_DATA_DIR: join(dataDir, 'empty'),
        });
        expect(code).not.toBe(0);
        expect(last).toContain(`AI_JWT_SECRET: ${file} is empty, delete it and the next start makes a new secret`);
        expect(text).not.toMatch(/Traceback|^ +at /m);
      },
    );

    it('token refuses a user id of 256 characters', async () => {
      const idOf = (length: number): string => '\u{1f600}'.repeat(length);
      const { code, last } = await run('token', [idOf(256)], {});
      expect(code).toBe(2);
      expect(last).toContain('a user id has 1 to 255 characters, and neither U+0000 nor unpaired surrogates');
      expect((await run('token', [idOf(255)], {})).code).toBe(0);
    });
  });
});
