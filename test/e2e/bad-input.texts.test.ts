import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { succeedIn } from '../cli/fake-io.ts';
import { newHost, stacks } from '../cli/hosts.ts';
import { expectFailure } from './expect-failure.ts';

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

/** The files of a module, by name. */
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
  it.each(Object.entries(legal))(
    'a text with %s is preserved in the manifest, and all code parses',
    async (_, text) => {
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
      expect(readYaml(readFileSync(join(folder, 'manifest.yaml'), 'utf8'))).toMatchObject({
        description: text,
        author,
      });
      for (const [path, code] of filesIn(folder)) {
        if (/\.(ts|mjs)$/.test(path)) expect(() => transformSync(code, { loader: 'ts' }), path).not.toThrow();
        if (/\.ya?ml$/.test(path)) expect(() => readYaml(code), path).not.toThrow();
        if (/\.json$/.test(path)) expect(() => JSON.parse(code), path).not.toThrow();
      }
    },
  );
});

it.each(Object.entries(legal))('a text with %s is preserved in an answers file', async (_, text) => {
  const root = await newHost();
  writeFileSync(join(root, 'answers.yaml'), JSON.stringify({ description: text }));
  await succeedIn(root, ['new', 'alpha', '--answers', 'answers.yaml', '--yes']);
  expect(readYaml(readFileSync(join(root, 'modules/alpha/manifest.yaml'), 'utf8'))).toMatchObject({
    description: text,
  });
});

describe('rejects', () => {
  it.each<[string, readonly string[], string]>([
    ['an empty description', ['--description', ''], '--description: is empty'],
    ['a blank description', ['--description', ' \n '], '--description: is empty'],
    [
      'a description that is too long',
      ['--description', 'x'.repeat(10_001)],
      '--description: has 10001 characters: at most 10000',
    ],
    ['a control character', ['--description', 'a\u001b[2Jb'], '--description: contains a control character'],
    ['an unpaired surrogate', ['--description', 'a\ud800b'], '--description: contains a control character'],
    ['an author that is too long', ['--author', 'x'.repeat(201)], '--author: has 201 characters: at most 200'],
    ['an author with a bell', ['--author', 'a\u0007'], '--author: contains a control character'],
    ['an invalid version', ['--module-version', '1.0'], '--module-version: must be a semantic version'],
    ['an invalid class name', ['--class-name', 'alpha'], '--class-name: must be PascalCase'],
    ['a class name of the language', ['--class-name', 'Promise'], '--class-name: is taken by the language or the host'],
    ['an endpoint out of the module', ['--endpoint', 'GET /../x'], '--endpoint: '],
    ['an invalid endpoint', ['--endpoint', 'FETCH /x'], '--endpoint: has the method FETCH; the known'],
    ['a duplicate endpoint', ['--endpoint', 'GET /status/{x}'], '--endpoint: endpoints[7] duplicates endpoints[1]'],
    ['an invalid permission', ['--permission', 'share'], '--permission: must be "namespace:verb"'],
    ['an invalid event', ['--emit', 'Done'], '--emit: must be "namespace.verb"'],
    ['an invalid event to handle', ['--subscribe', 'done'], '--subscribe: must be "namespace.verb"'],
    ['a dependency that is a command', ['--dependency', 'x; id'], '--dependency: must be a service'],
    ['a dependency that is a flag', ['--dependency', '--global'], '--dependency: must be a service'],
    ['an invalid CPU quantity', ['--cpu', '-1'], '--cpu: must be a quantity of CPUs'],
    ['an invalid memory quantity', ['--memory', 'much'], '--memory: must be a quantity of bytes'],
    ['no jobs', ['--max-concurrent-jobs', '0'], '--max-concurrent-jobs: must be a whole number from 1 to 1000'],
    ['an unknown provider', ['--provider', 'magic'], '--provider: must be one of local, openai'],
    ['a key without a value', ['--config', 'top_k'], '--config: must be key=value'],
    ['an invalid key', ['--config', 'Top=1'], '--config: the key must be snake_case'],
    ['a keyword as key', ['--config', 'import=1'], '--config: the key is taken by the language or the host'],
    ['a value that is not YAML', ['--config', 'a={b'], '--config: is not valid YAML'],
    ['an unknown field', ['--config', 'a={tpye: string}'], 'unknown key "tpye". Did you mean type?'],
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
      'a secret instead of the name of its variable',
      ['--config', 'api_key_env=sk-123'],
      'must be the name of an environment variable',
    ],
  ])('%s', async (_, argv, reason) => {
    await expectFailure(await newHost(), ['new', 'alpha', '--yes', ...argv], { reason });
  });
});
