import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { Io } from '../../src/io/io.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn } from './fake-io.ts';
import { mini, newHost } from './hosts.ts';
import { cancel } from './scripted-prompter.ts';

describe('the exit code', () => {
  it.each<[number, string, readonly string[], NonNullable<Parameters<typeof runIn>[2]>]>([
    [0, 'done', ['new', 'alpha', '--yes'], {}],
    [1, 'findings', ['validate', 'bad'], {}],
    [2, 'the user must change something', ['new', 'class', '--yes'], {}],
    [130, 'cancelled', ['new', 'alpha'], { replies: { Author: cancel } }],
  ])('%i: %s', async (code, _, argv, options) => {
    const root = await newHost();
    mkdirSync(join(root, 'bad'));
    writeFileSync(join(root, 'bad/manifest.yaml'), 'name: bad\n');
    expect((await runIn(root, argv, options)).code).toBe(code);
  });
});

describe('a failure', () => {
  it('prints one message and a hint, without a stack trace', async () => {
    const { code, out, err } = await runIn(await newHost(), ['new', 'class', '--yes']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(
      'error <name>: is a keyword of Python or TypeScript. Did you mean class_module?\n' +
        '      Got "class". Correct the value, then run the command again.\n',
    );
  });

  it('is printed as data with --json, too', async () => {
    const { code, out, err } = await runIn(await newHost(), ['new', 'class', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 1,
      command: 'new',
      error: {
        code: 'answer-invalid',
        message: '<name>: is a keyword of Python or TypeScript. Did you mean class_module?',
        hint: 'Got "class". Correct the value, then run the command again.',
        args: {
          flag: '<name>',
          value: 'class',
          reason: 'is a keyword of Python or TypeScript. Did you mean class_module?',
        },
      },
    });
    expect(err).toContain('error <name>');
  });

  it.each<[readonly string[], string]>([
    [['new', 'alpha', '--json', '--stak', 'x'], 'usage'],
    [['validate', 'missing', '--format', 'json'], 'file-unreadable'],
    [['validate', 'missing', '--format=json'], 'file-unreadable'],
    [['host', 'init', '--json', '--stack', 'flask'], 'pack-not-found'],
  ])('%j is one JSON document on stdout', async (argv, code) => {
    const { out } = await runIn(tempFolder(), argv);
    expect(JSON.parse(out)).toMatchObject({ error: { code, message: expect.any(String), hint: expect.any(String) } });
  });

  it('prints the stack trace and the causes with --debug', async () => {
    const { err } = await runIn(tempFolder(), ['validate', 'missing', '--debug']);
    expect(err).toMatch(/Failure: .*missing.*\n +at .*find-manifests\.ts/);
    expect(err).toContain('caused by Error: ENOENT');
  });
});

describe('a bug', () => {
  async function runWithBug(argv: readonly string[]) {
    const root = await newHost();
    const texts: { out: string[]; err: string[] } = { out: [], err: [] };
    const io: Io = {
      cwd: root,
      env: {},
      out: { write: (text) => texts.out.push(text), isTty: true },
      err: { write: (text) => texts.err.push(text), isTty: false },
      isInteractive: true,
      prompter: () => Promise.reject(new TypeError('x is not a function', { cause: new Error('because') })),
      readStdin: async () => new Uint8Array(),
    };
    return { code: await run(argv, io), out: texts.out.join(''), err: texts.err.join('') };
  }

  it('prints the stack trace, the versions and where to report it', async () => {
    const { code, err } = await runWithBug(['new', 'alpha', '--author', 'A b']);
    expect(code).toBe(70);
    expect(err).toContain(
      'Internal error: this is a bug in create-ai-module.\nTypeError: x is not a function\n    at ',
    );
    expect(err).toContain('caused by Error: because');
    expect(err).toMatch(
      /create-ai-module \d+\.\d+\.\d+(-[\w.]+)?, Node v\d+\.\d+\.\d+, \w+ \w+; arguments: \["new","alpha","--author","A b"\]/,
    );
    expect(err).toMatch(/Please report it with these lines.*\n$/);
  });
});

it('a bug is one JSON document on stdout with --json, too', async () => {
  const root = await newHost();
  const io = {
    cwd: root,
    env: {},
    out: { isTty: false },
    err: { write: () => {}, isTty: false },
    isInteractive: false,
  };
  const documents: string[] = [];
  const write = (text: string) => {
    if (text.includes('"written"')) throw new RangeError('Invalid string length');
    documents.push(text);
  };
  const code = await run(['new', 'alpha', '--json'], { ...io, out: { write, isTty: false } } as unknown as Io);
  expect([code, documents.length]).toEqual([70, 1]);
  expect(JSON.parse(documents[0] as string)).toMatchObject({
    error: { code: 'bug', args: { trace: expect.stringContaining('RangeError: Invalid string length\n    at ') } },
  });
});

describe('color', () => {
  const sequence = '\u001b[';
  it.each<[string, boolean, Record<string, string>, boolean]>([
    ['on a terminal', true, { NO_COLOR: '' }, true],
    ['anywhere else', false, { NO_COLOR: '' }, false],
    ['with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['on a terminal that has none', true, { NO_COLOR: '', TERM: 'dumb' }, false],
    ['with FORCE_COLOR', false, { NO_COLOR: '', FORCE_COLOR: '1' }, true],
    ['with FORCE_COLOR and NO_COLOR', false, { NO_COLOR: '1', FORCE_COLOR: '1' }, true],
    ['with FORCE_COLOR=0', true, { NO_COLOR: '', FORCE_COLOR: '0' }, false],
  ])('%s', async (_, isTty, env, wanted) => {
    const root = await newHost();
    for (const argv of [
      ['new', 'alpha', '--dry-run', '--diff'],
      ['new', 'class'],
      ['validate', `${mini}/pack.yaml`],
    ]) {
      const { out, err } = await runIn(root, argv, { isTty, env });
      expect(`${out}${err}`.includes(sequence), argv.join(' ')).toBe(wanted);
    }
  });
});
