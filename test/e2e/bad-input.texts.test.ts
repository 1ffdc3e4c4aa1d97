import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { succeedIn } from '../cli/fake-io.ts';
import { newHost, stacks } from '../cli/hosts.ts';
import { expectRefusal } from './refusal.ts';

const legal: Readonly<Record<string, string>> = {
  'double quotes': 'a "quoted" word, "',
  'single quotes': "it's, '",
  'three quotes': `""" and ''' and \`\`\` and """`,
  backslashes: 'C:\\new\\table \\u0041 \\x41 \\',
  newlines: 'one\n\n  two\nthree\n',
  'template literals': '\u0024{x} \u0024{process.exit(1)} `id`',
  braces: '{{x}} {{{x}}} {{> header}} {x} {%x%} {#x#}',
  'the end of a comment': '*/ process.exit(1) /* // # -->  <!-- %> ]]>',
  YAML: '- a: [b, {c: "d"}] # no comment & *alias !tag | > @ %',
  Markdown: '# h1 *b* _i_ [a](b) ![x](y) <b>html</b> | a | b | ~~~ ---',
  shell: '$(id) `id` ; id && id | id > x $HOME ~ * ? !',
  'format strings': '%s %d {0} {name!r:>{width}} %(name)s',
  emoji: '🙂 👩‍👩‍👧‍👦 🇫🇷 e\u0301',
  'right to left': 'שלום \u202eevil\u202c مرحبا \u2066x\u2069',
  'looking like something else': 'null',
  'a number': '1.10',
  'a date': '2026-11-23',
  'many characters': `${'word '.repeat(1999)}words`,
  'one long word': 'x'.repeat(10_000),
  'many emoji': '🙂'.repeat(5000),
};

/** All files of a module, by name. */
function filesIn(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names.map((entry) => [
      join(entry.parentPath, entry.name),
      readFileSync(join(entry.parentPath, entry.name), 'utf8'),
    ]),
  );
}

describe.each(stacks)('on %s', (stack) => {
  it.each(Object.entries(legal))('a text with %s is intact in the manifest, and all code parses', async (_, text) => {
    const root = await newHost(stack);
    const author = text.slice(0, 198).trim();
    const { out } = await succeedIn(root, [
      'new',
      'alpha',
      '--description',
      text,
      '--author',
      author,
      '--json',
      '--yes',
    ]);
    const folder = join(root, (JSON.parse(out) as { folder: string }).folder);
    expect(readYaml(readFileSync(join(folder, 'manifest.yaml'), 'utf8'))).toMatchObject({ description: text, author });
    for (const [path, code] of filesIn(folder)) {
      if (/\.(ts|mjs)$/.test(path)) expect(() => transformSync(code, { loader: 'ts' }), path).not.toThrow();
      if (/\.ya?ml$/.test(path)) expect(() => readYaml(code), path).not.toThrow();
      if (/\.json$/.test(path)) expect(() => JSON.parse(code), path).not.toThrow();
    }
  });
});

it.each(Object.entries(legal))('a text with %s comes through an answers file', async (_, text) => {
  const root = await newHost();
  writeFileSync(join(root, 'answers.yaml'), JSON.stringify({ description: text }));
  await succeedIn(root, ['new', 'alpha', '--answers', 'answers.yaml', '--yes']);
  expect(readYaml(readFileSync(join(root, 'modules/alpha/manifest.yaml'), 'utf8'))).toMatchObject({
    description: text,
  });
});

describe('is refused', () => {
  it.each<[string, readonly string[], string]>([
    ['an empty description', ['--description', ''], '--description: is empty'],
    ['a blank one', ['--description', ' \n '], '--description: is empty'],
    [
      'one that is too long',
      ['--description', 'x'.repeat(10_001)],
      '--description: has 10001 characters: at most 10000',
    ],
    ['a control character', ['--description', 'a\u001b[2Jb'], '--description: contains a control character'],
    ['an unpaired surrogate', ['--description', 'a\ud800b'], '--description: contains a control character'],
    ['an author that is too long', ['--author', 'x'.repeat(201)], '--author: has 201 characters: at most 200'],
    ['an author with a bell', ['--author', 'a\u0007'], '--author: contains a control character'],
    ['a version that is none', ['--module-version', '1.0'], '--module-version: must be a semantic version'],
    ['a class that is none', ['--class-name', 'alpha'], '--class-name: must be PascalCase'],
    ['a class of the language', ['--class-name', 'Promise'], '--class-name: is taken by the language or the host'],
    ['an endpoint out of the module', ['--endpoint', 'GET /../x'], '--endpoint: '],
    ['an endpoint that is none', ['--endpoint', 'FETCH /x'], '--endpoint: has the method FETCH; the known'],
    ['an endpoint twice', ['--endpoint', 'GET /status/{x}'], '--endpoint: endpoints[6] duplicates endpoints[1]'],
    ['a permission that is none', ['--permission', 'share'], '--permission: must be "namespace:verb"'],
    ['an event that is none', ['--emit', 'Done'], '--emit: must be "namespace.verb"'],
    ['an event to handle that is none', ['--subscribe', 'done'], '--subscribe: must be "namespace.verb"'],
    ['a dependency that is a command', ['--dependency', 'x; id'], '--dependency: must be a service'],
    ['a dependency that is a flag', ['--dependency', '--global'], '--dependency: must be a service'],
    ['CPUs that are none', ['--cpu', '-1'], '--cpu: must be a quantity of CPUs'],
    ['memory that is none', ['--memory', 'much'], '--memory: must be a quantity of bytes'],
    ['no jobs', ['--max-concurrent-jobs', '0'], '--max-concurrent-jobs: must be a whole number from 1 to 1000'],
    ['a provider nobody knows', ['--provider', 'magic'], '--provider: must be one of local, openai'],
    ['a key without a value', ['--config', 'top_k'], '--config: must be key=value'],
    ['a key that is none', ['--config', 'Top=1'], '--config: the key must be snake_case'],
    ['a key of the language', ['--config', 'import=1'], '--config: the key is taken by the language or the host'],
    ['a value that is no YAML', ['--config', 'a={b'], '--config: is not valid YAML'],
    ['a field nobody knows', ['--config', 'a={tpye: string}'], 'unknown key "tpye". Did you mean type?'],
    [
      'a secret with a value',
      ['--config', 'a={type: string, secret: true, default: x}'],
      '--config: configuration.a is a secret',
    ],
    [
      'a default out of range',
      ['--config', 'a={type: integer, default: 9, maximum: 1}'],
      'default 9, above its maximum 1',
    ],
    ['a standard key of another type', ['--config', 'timeout_seconds=soon'], '--config: configuration.timeout_seconds'],
    [
      'a secret in place of its name',
      ['--config', 'api_key_env=sk-123'],
      'must be the name of an environment variable',
    ],
  ])('%s', async (_, argv, reason) => {
    await expectRefusal(await newHost(), ['new', 'alpha', '--yes', ...argv], { reason });
  });
});
