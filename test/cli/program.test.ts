import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program/program.ts';
import { commandOf, isCommand } from '../../src/cli/program/reserved-names.ts';
import { answerKinds } from '../../src/core/manifest/answers.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { manifestOf, newHost } from './hosts.ts';

describe('a misspelt command', () => {
  it.each([
    ['validte', 'validate'],
    ['valid', 'validate'],
    ['validates', 'validate'],
    ['hots', 'host'],
    ['hosts', 'host'],
    ['nwe', 'new'],
    ['news', 'new'],
    ['hlep', 'help'],
    ['lsit', 'list'],
    ['grpah', 'graph'],
  ])('%s: creates nothing and suggests %s', async (word, command) => {
    const root = await newHost();
    const { code, err } = await runIn(root, [word, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(`Unknown command ${word}. Did you mean ${command}?`)]);
    expect(err).toContain(`create-ai-module new ${word}`);
    expect(readdirSync(root)).not.toContain('modules');
  });

  it.each([[['--json', 'validate', 'x']], [['--yes', 'validate']], [['--yes', 'new', 'alpha']]])(
    '%j: the command comes first',
    async (argv) => {
      const root = await newHost();
      const { code, err } = await runIn(root, argv);
      expect([code, err]).toEqual([2, expect.stringContaining('Put the command first')]);
      expect(readdirSync(root)).not.toContain('modules');
    },
  );

  it.each<[readonly string[], string]>([
    [['rm', 'text_insights'], 'remove'],
    [['rename', 'a_b', 'c_d'], 'new <name> --from'],
    [['move', 'a_b'], 'new <name> --from'],
    [['verify'], 'validate'],
    [['remvoe', 'a_b'], 'remove'],
    [['instal'], 'install'],
    [['ls', '--all'], 'list'],
    [['export', 'openapi'], 'schema'],
    [['init'], 'host init'],
    [['install'], 'host init'],
    [['upgrade'], 'update'],
    [['create', 'alpha'], 'new'],
    [['lint', '--fix'], 'validate'],
    [['test'], 'new --verify'],
    [['version'], '--version'],
    [['config'], 'add config'],
    [['start'], 'host init'],
  ])('%j is a reserved verb: creates nothing and prints the alternative', async (words, command) => {
    const root = await newHost();
    for (const argv of [words, [...words, '--yes'], ['--yes', words[0] as string]]) {
      const { code, err } = await runIn(root, argv);
      expect([code, err]).toEqual([2, expect.stringContaining(`error Unknown command ${words[0]}. `)]);
      expect(err).toContain(command);
      expect(err).toContain(`create-ai-module new ${words[0]}`);
      expect(readdirSync(root)).not.toContain('modules');
    }
  });

  it('new accepts a reserved verb', async () => {
    const root = await newHost();
    for (const name of ['remove', 'ls', 'doctor', 'test', 'config']) {
      await succeedIn(root, ['new', name, '--yes']);
      expect(manifestOf(root, name).name).toBe(name);
    }
  });

  it('the list of commands is complete, and no command is a reserved verb', () => {
    const silent = { write: () => {}, isTty: false };
    const program = buildProgram({ out: silent, err: silent } as never, () => {});
    for (const command of program.commands) expect(isCommand(command.name()), command.name()).toBe(true);
    for (const name of ['host init', 'pack check', 'update']) expect(commandOf([...name.split(' '), 'x'])).toBe(name);
    expect(commandOf(['alpha', '--yes'])).toBe('new');
  });

  it('new accepts a name that resembles a command', async () => {
    const root = await newHost();
    await succeedIn(root, ['new', 'validte', '--yes']);
    expect(manifestOf(root, 'validte').name).toBe('validte');
  });

  it.each(['alpha', 'host_monitor', 'newsletter', 'cost', 'post', 'validation_rules'])(
    '%s is the name of a module: new is the default command',
    async (name) => {
      const root = await newHost();
      await succeedIn(root, [name, '--yes']);
      expect(manifestOf(root, name).name).toBe(name);
    },
  );
});

describe('invalid arguments', () => {
  it.each<[readonly string[], string]>([
    [['new', 'alpha', '--stak', 'x'], "Unknown option '--stak'. Did you mean --stack?"],
    [['new', 'alpha', '--verfiy'], "Unknown option '--verfiy'. Did you mean --verify?"],
    [['alpha', '--dryrun'], "Unknown option '--dryrun'. Did you mean --dry-run?"],
    [['validate', '--xyz'], "Unknown option '--xyz'"],
    [['host', 'int'], "Unknown command 'int'. Did you mean init?"],
    [['new', 'alpha', 'beta'], "Too many arguments for 'new'"],
    [['new', 'alpha', '--description'], "Option '--description <text>' argument missing"],
    [['host', 'init', 'a', 'b'], "Too many arguments for 'init'"],
  ])('%j', async (argv, message) => {
    const root = await newHost();
    const { code, out, err } = await runIn(root, argv);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(`error ${message}`)]);
    expect(err.split('\n')).toHaveLength(3);
    expect(err).toContain('Run `create-ai-module --help` for usage.');
    expect(readdirSync(root)).not.toContain('modules');
  });

  it('print the help of a command with subcommands', async () => {
    const { code, err } = await runIn(tempFolder(), ['host']);
    expect([code, err]).toEqual([2, expect.stringContaining('Usage: create-ai-module host')]);
  });
});

describe('help', () => {
  it.each<[readonly string[], readonly string[]]>([
    [['--help'], ['new [options] [name]', 'host', 'validate', 'Exit codes: 0 done']],
    [
      ['new', '--help'],
      ['--description <text>', '--max-concurrent-jobs <count>'],
    ],
    [['help', 'validate'], ['--format <format>']],
    [['host', 'init', '-h'], ['--stack <stack>']],
  ])('%j', async (argv, words) => {
    const { code, out, err } = await runIn(tempFolder(), argv);
    expect([code, err]).toEqual([0, '']);
    for (const word of words) expect(out).toContain(word);
  });

  it.each(['--version', '-v'])('%s', async (flag) => {
    expect(await runIn(tempFolder(), [flag])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?\n$/),
    });
  });
});

it('has a flag for every answer', () => {
  const silent = { write: () => {}, isTty: false };
  const program = buildProgram({ out: silent, err: silent } as never, () => {});
  const options = program.commands.find((command) => command.name() === 'new')?.options.map((option) => option.long);
  for (const { flag } of Object.values(answerKinds)) if (flag !== '<name>') expect(options).toContain(flag);
});

it('is the same for validate if only the checking commands are declared', () => {
  const silent = { write: () => {}, isTty: false };
  const helpOf = (first?: string) =>
    buildProgram({ out: silent, err: silent } as never, () => {}, first === undefined ? [] : [first])
      .commands.find((command) => command.name() === 'validate')
      ?.helpInformation();
  expect(helpOf('validate')).toContain('--no-code');
  expect(helpOf('validate')).toBe(helpOf());
});

it('asks to put the command first where options precede it', async () => {
  const { code, err } = await runIn(tempFolder(), ['--yes', 'status', 'a_b']);
  expect([code, err]).toEqual([2, expect.stringContaining('Put the command first: create-ai-module status …')]);
});
