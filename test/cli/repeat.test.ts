import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { type FakeIoOptions, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';

/** The words of the printed line, parsed by a real shell. */
function wordsOf(err: string): string[] {
  const start =
    err.indexOf('To skip the questions next time, run:\n  ') + 'To skip the questions next time, run:\n  '.length;
  const end = err.indexOf('--yes\n', start) + '--yes'.length;
  const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${err.slice(start, end)}`], { encoding: 'utf8' });
  return printed.split('\0').slice(0, -1);
}

const nasty = `it's "quoted" \\ \`id\` $(id) \${x} {{x}} */ --> """ ; & | < > * ~ # ! é 🙂 \u202eRTL`;

describe('the command that repeats a run', () => {
  it.each<[string, readonly string[], NonNullable<FakeIoOptions['replies']>]>([
    ['defaults', [], {}],
    [
      'every answer',
      [],
      {
        'What does it do?': 'Counts words.',
        Author: 'Ada Lovelace',
        'Field of the input': 'text:string(1..100) lines:Line[]',
        'Next field': ['tone', '', '', 'when?:date', ''],
        'Type of tone': 'formal|friendly',
        'Is tone optional?': true,
        'Default of tone': 'formal',
        'Field of Line': 'text:string note?:string|null="a b"',
        Endpoints: 'POST /reindex, GET /documents/{document_id}',
        Permissions: 'alpha:share',
        'Events it emits': 'alpha.indexed',
        'Events it handles': 'file.uploaded',
        Dependencies: 'redis, celery[redis,msgpack], numpy>=1,<3',
        CPUs: '500m',
        Memory: '2Gi',
        Jobs: '3',
        'Configuration key': ['top_k', 'own_key_env', 'timeout_seconds', 'retry_delay_seconds', ''],
        Type: 'integer',
        Smallest: '1',
        Largest: '9',
        Default: '5',
        'Name of the env': 'OWN_KEY',
        'Where is': 'openai',
      },
    ],
    ['texts that a shell could take apart', [], { 'What does it do?': nasty, Author: nasty }],
    ['a text in several lines', ['--description', 'one\n\ntwo\n'], {}],
    ['a text that looks like a flag', ['--description', '--yes', '--author=-x'], {}],
    ['a number that is a text', ['--config', 'language="5"', '--config', 'empty="\\"\\""'], {}],
    ['a text in braces', ['--config', 'language="{a: 1"'], {}],
    ['a secret', [], { 'Configuration key': ['token', ''], 'Is token a secret?': true }],
    [
      'long configuration',
      ['--config', `top_k={type: string, enum: ["a", "${'b'.repeat(30)}"], default: a, description: 'it''s "x" \\ é'}`],
      {},
    ],
    [
      'types',
      [
        ...['--type', 'Currency=EUR|USD', '--type', 'Amount={type: number, exclusiveMinimum: 0, description: "It\'s"}'],
        ...['--input', 'total:Amount currency?:Currency=EUR', '--output', 'Receipt', '--type', 'Receipt=id:uuid'],
        ...['--options', '{type: object, properties: {mode: {enum: ["a b", c]}}}'],
      ],
      {},
    ],
    ['class and version', ['--class-name', 'OwnModule', '--module-version', '2.0.0-rc.1+x'], {}],
  ])('generates the same bytes: %s', async (_, argv, replies) => {
    const [asked, repeated] = [await newHost(), await newHost()];
    const { err } = await succeedIn(asked, ['new', ...argv], {
      replies: { 'Name of the module': 'alpha', ...replies },
    });
    const [program, ...words] = wordsOf(err);
    expect(program).toBe('create-ai-module');
    await succeedIn(repeated, words);
    expect(snapshot(repeated)).toEqual(snapshot(asked));
  });

  it('includes the other flags', async () => {
    const root = await newHost();
    const flags = ['--dry-run', '--verify', '--host', root];
    const { err, out } = await succeedIn('/', ['new', 'alpha', ...flags], { replies: {} });
    const words = wordsOf(err);
    for (const flag of flags) expect(words).toContain(flag);
    expect((await succeedIn('/', words.slice(1))).out).toBe(out);
  });

  it.each([
    ['exec', 'npx'],
    ['init', 'npx'],
    ['run-script', 'create-ai-module'],
  ])('starts with the program name: npm %s', async (command, program) => {
    const { err } = await succeedIn(await newHost(), ['new', 'alpha'], { replies: {}, env: { npm_command: command } });
    expect(wordsOf(err)[0]).toBe(program);
  });

  it('is not printed if there were no prompts', async () => {
    expect((await succeedIn(await newHost(), ['new', 'alpha', '--yes'])).err).not.toContain('without questions');
  });
});
