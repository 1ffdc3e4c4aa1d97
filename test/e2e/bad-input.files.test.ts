import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runIn } from '../cli/fake-io.ts';
import { newHost } from '../cli/hosts.ts';
import { type ExpectedFailure, expectFailure } from './expect-failure.ts';

const good = 'name: alpha\nversion: 1.0.0\ndescription: x\nauthor: x\nclass_name: Alpha\n';

/** Ten aliases, each for a list of nine of the previous one: a billion entries. */
function aliasBomb(keys: readonly string[]): string {
  const lists = keys.map((key, level) => {
    const entries = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`));
    return `${key}: &a${level} [${entries.join(', ')}]\n`;
  });
  return lists.join('');
}

/** Writes the content of a row; a number is the length of a file of zeros. */
function write(path: string, content: string | Uint8Array | number | undefined): void {
  if (content === undefined) return;
  if (content === 'folder') mkdirSync(path);
  else writeFileSync(path, typeof content === 'number' ? '' : content);
  if (typeof content === 'number') truncateSync(path, content);
}

type Content = string | Uint8Array | number | undefined;

const unreadable: readonly (readonly [what: string, content: Content, expected: ExpectedFailure])[] = [
  ['missing', undefined, { reason: /given\.yaml cannot be read: no such file or directory/, hint: 'Check the path' }],
  ['a folder', 'folder', { reason: /given\.yaml cannot be read: .*directory/, hint: 'Check the path' }],
  [
    '50 MB long',
    50_000_000,
    { reason: 'given.yaml has 50000000 bytes; the limit is 1000000.', hint: 'path is correct' },
  ],
  ['not text', new Uint8Array([0xff, 0xfe, 0x00]), { reason: 'given.yaml cannot be read: it is not UTF-8 text' }],
];

describe.each(['--from', '--answers'])('a file for %s', (flag) => {
  it.each(unreadable)('%s', async (_, content, expected) => {
    const root = await newHost();
    write(join(root, 'given.yaml'), content);
    await expectFailure(root, ['new', 'alpha', flag, 'given.yaml', '--yes'], expected);
  });
});

describe('a manifest', () => {
  it.each<[string, string, string]>([
    ['empty', '', ':1:1 error the manifest must be a mapping, not empty'],
    ['a list', '- a\n', ':1:1 error the manifest must be a mapping, not a list'],
    ['a string', 'hello\n', ':1:1 error the manifest must be a mapping, not a string'],
    ['invalid YAML', 'name: [a\n', ':2:1 error '],
    ['indented by tabs', 'a:\n\tb: 1\n', ':2:1 error tabs are not allowed as indentation'],
    ['two documents', `${good}---\na: 1\n`, ':6:1 error a second document starts here'],
    ['with an unknown key', `${good}endpoint: []\n`, ':6:1 error unknown key "endpoint"'],
    ['with a duplicate key', `${good}name: beta\n`, ':6:1 error duplicate key name, first defined on line 1'],
    ['with a wrong type', `${good}endpoints: POST /x\n`, ':6:12 error endpoints must be a list, not a string'],
    ['without a key', good.replace('author: x\n', ''), ':1:1 error author is missing'],
    ['with code in a tag', `${good}dependencies: !!js/function x\n`, ':6:15 error '],
    ['with the key __proto__', `${good}__proto__: { x: 1 }\n`, ':6:1 error '],
    ['with a circular alias', `${good}configuration: &a { x: *a }\n`, ':6:'],
    [
      'an alias bomb',
      `${aliasBomb([...'bcdefghijk'])}${good}dependencies: *a9\n`,
      ':2:9 error the aliases expand to too many values',
    ],
    ['20,000 brackets deep', `${good}dependencies: ${'['.repeat(20_000)}\n`, ':6:'],
    [
      'with 20,000 unknown keys',
      good + Array.from({ length: 20_000 }, (_, at) => `k${at}: 1\n`).join(''),
      ':6:1 error unknown key "k0"',
    ],
  ])('%s', async (_, content, fault) => {
    const root = await newHost();
    writeFileSync(join(root, 'given.yaml'), content);
    const argv = ['new', '--from', 'given.yaml', '--yes'];
    await expectFailure(root, argv, {
      reason: /given\.yaml has \d+ errors?; nothing was written/,
      hint: 'listed above',
    });
    expect((await runIn(root, argv)).err).toContain(`given.yaml${fault}`);

    const checked = await runIn(root, ['validate', 'given.yaml']);
    expect([checked.code, checked.out]).toEqual([1, expect.stringContaining(`given.yaml${fault}`)]);
  });

  it('gets a suggestion for an unknown key', async () => {
    const root = await newHost();
    writeFileSync(join(root, 'given.yaml'), `${good}configuration:\n  top_k: { type: integer, minimun: 1 }\n`);
    const { err } = await runIn(root, ['new', '--from', 'given.yaml', '--yes']);
    expect(err).toContain('given.yaml:7:27 error unknown key "minimun"');
    expect(err).toContain('Did you mean minimum?');
  });

  it('cannot print control characters to the terminal', async () => {
    const root = await newHost();
    writeFileSync(join(root, 'given.yaml'), `${good}dependencies: ["\u001b[2J", "\u202e"] # \u001b]0;title\u0007\n`);
    const { err } = await runIn(root, ['new', '--from', 'given.yaml', '--yes']);
    expect(err).not.toMatch(/[\u001b\u0007\u202e]/);
  });
});

describe('an answers file', () => {
  it.each<[string, string, string]>([
    ['empty', '', 'The answers file given.yaml cannot be used: it is empty'],
    ['a list', '- a\n', 'given.yaml cannot be used: it is not a mapping'],
    ['invalid YAML', 'name: [a\n', 'given.yaml cannot be used: '],
    [
      'with an unknown name',
      'author: x\ndescripton: x\n',
      'given.yaml cannot be used: line 2: unknown name descripton; did you mean description?',
    ],
    ['with a duplicate name', 'author: x\nauthor: y\n', 'given.yaml cannot be used: duplicate key author, first'],
    ['with a list for a string', 'author: [x]\n', 'author (given.yaml:1): must be a string'],
    ['with a string for a list', 'emit: alpha.x\n', 'emit (given.yaml:1): must be a list'],
    ['with a number for a string', '# mine\n"description": 5\n', 'description (given.yaml:2): must be a string'],
    ['with an invalid entry', 'emit:\n  - x\n', 'emit (given.yaml:1): must be "namespace.verb"'],
    ['with a mapping in a list', 'emit: [{ a: b }]\n', 'emit (given.yaml:1): must be a string'],
    [
      'with invalid configuration',
      'config: { a: { tpye: string } }\n',
      'config (given.yaml:1): unknown key "tpye". Did you mean type?',
    ],
    ['with configuration in a list', 'config: [a]\n', 'config (given.yaml:1): must be key=value'],
    [
      'an alias bomb',
      aliasBomb(['emit', 'cpu', 'memory', 'author', 'provider', 'stack', 'version', 'endpoints']),
      'given.yaml cannot be used: the aliases expand to too many values',
    ],
    ['with a circular alias', 'author: &a [*a]\n', 'author (given.yaml:1): must be a string'],
    ['20,000 brackets deep', `emit: ${'['.repeat(20_000)}\n`, 'given.yaml cannot be used: '],
  ])('%s', async (_, content, reason) => {
    const root = await newHost();
    writeFileSync(join(root, 'given.yaml'), content);
    await expectFailure(root, ['new', 'alpha', '--answers', 'given.yaml', '--yes'], { reason });
  });
});

describe('without a terminal,', () => {
  it.each<[string, readonly string[], ExpectedFailure]>([
    ['no name', ['new', '--yes'], { reason: '<name> is missing', hint: 'Pass <name>' }],
    ['no arguments', [], { reason: '<name> is missing', hint: 'Pass <name>' }],
    ['an unknown flag', ['new', 'alpha', '--stak', 'x'], { reason: 'Did you mean --stack?', hint: '--help' }],
    ['an unknown command', ['validte'], { reason: 'Did you mean validate?', hint: '--help' }],
  ])('%s', async (_, argv, expected) => {
    await expectFailure(await newHost(), argv, expected);
  });
});
