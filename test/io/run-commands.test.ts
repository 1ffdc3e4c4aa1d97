import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Argv, runCommand, runCommands } from '../../src/io/run-commands.ts';
import { tempFolder } from './temp-folder.ts';

const node = (code: string, ...args: string[]): Argv => [process.execPath, '-e', code, ...args];
const cwd = tempFolder();

describe('runCommand', () => {
  it('returns stdout and stderr of the program', async () => {
    const output = await runCommand(['sh', '-c', 'echo a; echo b >&2; echo c'], { cwd });
    expect(output.split('\n').sort()).toEqual(['', 'a', 'b', 'c']);
  });

  it('runs in the given folder, with the given environment added', async () => {
    const output = await runCommand(node('console.log(process.cwd(), process.env.EXTRA, !!process.env.PATH)'), {
      cwd,
      env: { EXTRA: 'x' },
    });
    expect(output).toBe(`${cwd} x true\n`);
  });

  it('passes arguments unchanged, without a shell', async () => {
    const args = ['; touch evil', '$(touch evil)', '`touch evil`', '*', "a'b", 'a"b', ''];
    const output = await runCommand(node('console.log(JSON.stringify(process.argv.slice(1)))', '--', ...args), { cwd });
    expect(JSON.parse(output)).toEqual(args);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('streams output while the program runs, in whole characters', async () => {
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
      /^no-such-program-here -x failed: the program is not installed/,
    ],
    ['a missing folder', ['true'], { cwd: '/no/such/folder' }, /^true failed: .*directory/],
    ['an exit code', node('console.log("the reason"); process.exitCode = 7'), {}, /exit code 7\nthe reason/],
    ['a signal', node('process.kill(process.pid, "SIGKILL")'), {}, /terminated by SIGKILL/],
    ['a time-out', node('setTimeout(() => {}, 60_000)'), { timeoutMs: 300 }, /did not finish within 0.3 seconds/],
  ])('fails with the reason: %s', async (_, command, options, text) => {
    await expect(runCommand(command, { cwd, ...options })).rejects.toMatchObject({
      code: 'command-failed',
      fault: 'machine',
      message: expect.stringMatching(text),
    });
  });

  it('kills a program that ignores SIGTERM after the timeout', async () => {
    const code = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
    await expect(runCommand(node(code), { cwd, timeoutMs: 500 })).rejects.toMatchObject({
      message: expect.stringContaining('did not finish within'),
    });
  });

  it('is cancelled when Ctrl-C ends the program', async () => {
    await expect(runCommand(node('process.kill(process.pid, "SIGINT")'), { cwd })).rejects.toMatchObject({
      name: 'Cancelled',
    });
  });
});

describe('runCommands', () => {
  it('stops at the first failure', async () => {
    const heard: string[] = [];
    const commands = [node('console.log(1)'), node('process.exit(1)'), node('console.log(3)')];
    await expect(runCommands(commands, { cwd, onOutput: (text) => heard.push(text) })).rejects.toMatchObject({
      code: 'command-failed',
    });
    expect(heard.join('')).toBe('1\n');
    expect(await runCommands(commands.slice(0, 1), { cwd })).toEqual(['1\n']);
  });
});
