import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Argv, runCommand, runCommands } from '../../src/io/run-commands.ts';
import { tempFolder } from './temp-folder.ts';

const node = (code: string, ...args: string[]): Argv => [process.execPath, '-e', code, ...args];
const cwd = tempFolder();

describe('runCommand', () => {
  it('returns what the program said, on stdout and on stderr', async () => {
    const said = await runCommand(['sh', '-c', 'echo a; echo b >&2; echo c'], { cwd });
    expect(said.split('\n').sort()).toEqual(['', 'a', 'b', 'c']);
  });

  it('runs in the folder, with the environment added', async () => {
    const said = await runCommand(node('console.log(process.cwd(), process.env.EXTRA, !!process.env.PATH)'), {
      cwd,
      env: { EXTRA: 'x' },
    });
    expect(said).toBe(`${cwd} x true\n`);
  });

  it('passes arguments as they are: no shell reads them', async () => {
    const args = ['; touch evil', '$(touch evil)', '`touch evil`', '*', "a'b", 'a"b', ''];
    const said = await runCommand(node('console.log(JSON.stringify(process.argv.slice(1)))', '--', ...args), { cwd });
    expect(JSON.parse(said)).toEqual(args);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('lets output be heard while it comes, whole characters only', async () => {
    const heard: string[] = [];
    const code = `const b = Buffer.from('ü\\n'); process.stdout.write(b.subarray(0, 1));
      setTimeout(() => process.stdout.write(b.subarray(1)), 50);`;
    await runCommand(node(code), { cwd, onOutput: (text) => heard.push(text) });
    expect(heard.join('')).toBe('ü\n');
  });

  it.each<[string, Argv, object, RegExp]>([
    [
      'a missing program',
      ['no-such-program-here', '-x'],
      {},
      /^no-such-program-here -x failed: there is no such program/,
    ],
    ['a missing folder', ['true'], { cwd: '/no/such/folder' }, /^true failed: .*folder/],
    ['an exit code', node('console.log("the reason"); process.exitCode = 7'), {}, /exit code 7\nthe reason/],
    ['a signal', node('process.kill(process.pid, "SIGKILL")'), {}, /ended by SIGKILL/],
    ['a time-out', node('setTimeout(() => {}, 60_000)'), { timeoutMs: 300 }, /did not end within 0.3 seconds/],
  ])('fails with the reason: %s', async (_, command, options, text) => {
    await expect(runCommand(command, { cwd, ...options })).rejects.toMatchObject({
      code: 'command-failed',
      fault: 'machine',
      message: expect.stringMatching(text),
    });
  });

  it('ends a program that does not listen, when its time is up', { timeout: 15_000 }, async () => {
    const code = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
    await expect(runCommand(node(code), { cwd, timeoutMs: 500 })).rejects.toMatchObject({
      message: expect.stringContaining('did not end within'),
    });
  });

  it('is cancelled when Ctrl-C reached the program', async () => {
    await expect(runCommand(node('process.kill(process.pid, "SIGINT")'), { cwd })).rejects.toMatchObject({
      name: 'Cancelled',
    });
  });
});

describe('runCommands', () => {
  it('stops at the first that fails', async () => {
    const heard: string[] = [];
    const commands = [node('console.log(1)'), node('process.exit(1)'), node('console.log(3)')];
    await expect(runCommands(commands, { cwd, onOutput: (text) => heard.push(text) })).rejects.toMatchObject({
      code: 'command-failed',
    });
    expect(heard.join('')).toBe('1\n');
    expect(await runCommands(commands.slice(0, 1), { cwd })).toEqual(['1\n']);
  });
});
