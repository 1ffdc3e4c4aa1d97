import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { beforeAll, describe, expect, it } from 'vitest';
import { mini } from '../cli/hosts.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { builtBin } from './built-bin.ts';

const run = promisify(execFile);
let bin: string;
beforeAll(async () => {
  bin = await builtBin();
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Starts the built tool in `cwd`, from a shell with `redirect`. */
async function start(argv: readonly string[], redirect: string, cwd = tempFolder()): Promise<Ended> {
  const line = `cd "$1"; shift; ${redirect.includes('$GONE') ? 'rmdir "$PWD"; ' : ''}exec "$@" ${redirect.replace('$GONE', '')}`;
  const words = ['-c', line, 'sh', cwd, process.execPath, bin, ...argv];
  try {
    const { stdout, stderr } = await run('sh', words);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** Expects one message and a hint, without source code. */
function expectOneSentence(err: string, sentence: string): void {
  expect(err.split('\n').filter((line) => line.startsWith('error '))).toEqual([`error ${sentence}`]);
  expect(err).not.toMatch(/\n\s+at |\.cjs|node:|Error:/);
}

const commands: [argv: readonly string[]][] = [
  [['--version']],
  [['-v']],
  [['--help']],
  [['help', 'validate']],
  [['new', '--help']],
  [['schema']],
  [['host', 'init', 'app', '--stack', mini, '--yes']],
  [['host', 'init', 'app', '--stack', mini, '--json']],
  [['host', 'init', 'app', '--stack', mini, '--dry-run']],
];

describe.skipIf(!existsSync('/dev/full'))('a full device', () => {
  const full = 'no space left on device (ENOSPC).';

  it.each(commands)('on stdout, %j', async (argv) => {
    const { code, err } = await start(argv, '> /dev/full');
    expect(code).toBe(3);
    expectOneSentence(err, `Standard output cannot be written: ${full}`);
  });

  it('on stdout, if the command fails', async () => {
    const { code, err } = await start(['ls', '--json'], '> /dev/full');
    expect(code).toBe(3);
    expect(err).toContain(`error Standard output cannot be written: ${full}`);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('on stderr', async () => {
    const { code, out } = await start(['host', 'init', 'app', '--stack', mini, '--yes'], '2> /dev/full');
    expect([code, out]).toEqual([3, expect.stringContaining('Created a host')]);
    expect(await start(['ls'], '> /dev/full 2> /dev/full')).toEqual({ code: 3, out: '', err: '' });
  });
});

it.each([['--version'], ['--help'], ['schema']])('%s with a stdout that is open for reading only', async (word) => {
  const { code, err } = await start([word], '1< /dev/null');
  expect(code).toBe(3);
  expectOneSentence(err, 'Standard output cannot be written: bad file descriptor (EBADF).');
});

it('a closed terminal', async () => {
  const folder = tempFolder();
  const once = (word: string) => `"${process.execPath}" "${bin}" ${word} 2> ${word}.err; echo $? > ${word}.exit`;
  const words = ['--version', '--help', 'schema'];
  const terminal = spawn(
    'sh',
    ['-c', `trap '' HUP; touch ready; while [ ! -e go ]; do sleep 0.1; done; ${words.map(once).join('; ')}`],
    {
      cwd: folder,
    },
  );
  const wait = async (file: string) => {
    for (const end = Date.now() + 60_000; !existsSync(join(folder, file)) && Date.now() < end; ) await sleep(50);
  };
  await wait('ready');
  (terminal as unknown as { destroy(): void }).destroy();
  mkdirSync(join(folder, 'go'));
  await wait('schema.exit');
  for (const word of words) {
    expect(readFileSync(join(folder, `${word}.exit`), 'utf8'), word).toBe('3\n');
    expectOneSentence(
      readFileSync(join(folder, `${word}.err`), 'utf8'),
      'Standard output cannot be written: i/o error (EIO).',
    );
  }
});

it.each([['--version'], ['--help'], ['schema']])('%s accepts a closed pipe', async (word) => {
  const line = `"$1" "$2" ${word} | true; exit 0`;
  const { stdout, stderr } = await run('sh', ['-c', line, 'sh', process.execPath, bin]);
  expect([stdout, stderr]).toEqual(['', '']);
});

describe('a removed working directory', () => {
  it.each<[readonly string[]]>([
    [['new', 'alpha', '--yes']],
    [['alpha']],
    [['host', 'init']],
    [['validate']],
    [['validate', '-']],
    [['update']],
    [['status', '--json']],
    [['undo', '--dry-run']],
  ])('%j', async (argv) => {
    const { code, out, err } = await start(argv, '$GONE < /dev/null');
    expect(code).toBe(3);
    expectOneSentence(err, 'The working directory cannot be used: no such file or directory (ENOENT).');
    if (argv.includes('--json'))
      expect(JSON.parse(out)).toMatchObject({ error: { code: 'working-directory-unusable' } });
  });

  it.each<[readonly string[]]>([[['--version']], [['--help']], [['validate', '--help']], [['schema']]])(
    'does not matter to %j',
    async (argv) => {
      expect(await start(argv, '$GONE')).toMatchObject({ code: 0, err: '' });
    },
  );
});
