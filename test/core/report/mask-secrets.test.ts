import { expect, it } from 'vitest';
import {
  maskLines,
  maskSecrets,
  secretsIn,
  secretsInArguments,
  secretsInCode,
  secretsInYaml,
} from '../../../src/core/report/mask-secrets.ts';

it.each([
  ['unquoted', 'say hunter2!', 'hunter2', 'say ••••!'],
  ['in JSON', JSON.stringify({ a: 'hun"ter\\2' }), 'hun"ter\\2', '{"a":"••••"}'],
  ['in JSON inside JSON', JSON.stringify(JSON.stringify('hun"ter\\2')), 'hun"ter\\2', '"\\"••••\\""'],
  ['in YAML', "a: 'hun''ter2'", "hun'ter2", "a: '••••'"],
  ['in a shell', "'hun'\\''ter2'", "hun'ter2", "'••••'"],
  ['in several lines', 'a: |\n  hun\n  ter2\n', 'hun\nter2', 'a: |\n  ••••\n'],
  ['in one of its lines', '  3 | ter2', 'hun\nter2', '  3 | ••••'],
  ['short, as a value', 'x: max, y=x, z: "x"', 'x', 'x: max, y=••••, z: "••••"'],
  ['with signs that expressions use', 'a (.*)+$ b', '(.*)+$', 'a •••• b'],
])('masks a secret %s', (_, text, secret, want) => expect(maskSecrets(text, [secret])).toBe(want));

it.each<[name: string, found: string[] | Promise<string[]>, want: string[]]>([
  ['a value under its name', secretsIn({ password: 'hunter2', count: 5, name: 'ocr' }), ['hunter2']],
  ['a default of a secret', secretsIn({ pin: { type: 'string', secret: true, default: 1234 } }), ['1234']],
  ['a default under its name', secretsIn({ token: { type: 'string', default: 'abc' } }), ['abc']],
  ['examples under its name', secretsIn({ token: { type: 'string', examples: ['abc', 'def'] } }), ['abc', 'def']],
  ['an argument', secretsInArguments(['add', 'config', 'password=hunter2', 'top_k=5']), ['hunter2']],
  ['an argument in quotes', secretsInArguments(['--config=api_key="hunter2"']), ['hunter2']],
  ['a path that looks random', secretsInArguments(['--host', '/srv/Ada/Projects12/MyApp7/services']), []],
  ['the name of a variable', secretsInArguments(['api_key_env=OPENAI_API_KEY']), []],
  ['a broken text', secretsInYaml('name: [\npassword: hunter2 # mine\n'), ['hunter2 # mine']],
  ['a flag of a setting', secretsInYaml('{ a: { secret: true } }'), []],
  ['code', secretsInCode('password: str = "hunter2"\napi_key = settings.api_key\nname = "ocr"'), ['hunter2']],
])('finds %s', async (_, found, want) => expect([...new Set(await found)]).toEqual(want));

it.each([
  ['a string in Python', 'a.py', 'token: str = "hunter2"', 'token: str = "••••"'],
  ['a string in TypeScript', 'a.ts', "const token = 'hunter2';", "const token = '••••';"],
  ['a property', 'a.ts', "{ 'db_pwd': 'hunter2', port: 'x' }", "{ 'db_pwd': '••••', port: 'x' }"],
  ['an entry of .env', '.env.example', 'A=b\nexport JWT_SECRET=hunter2', 'A=b\nexport JWT_SECRET=••••'],
  ['an entry of YAML', 'compose.yml', '  JWT_SECRET: hunter2', '  JWT_SECRET: ••••'],
  ['a known format', 'README.md', ['Uses AK', 'IAABCDEFGHIJKLMNOP now'].join(''), 'Uses •••• now'],
])('masks %s in its line', (_, path, text, want) => expect(maskLines(path, text)).toBe(want));

it.each([
  ['a type', 'a.ts', 'token: string;'],
  ['the name of a column', 'a.py', 'Column("claim_token", String(36))'],
  ['an import', 'a.ts', "import { token } from './token.ts';"],
  ['a variable', 'compose.yml', '  JWT_SECRET: $'.concat('{JWT_SECRET:?set it}')],
  ['the name of a variable', 'a.ts', "const api_key_env = 'OPENAI_API_KEY';"],
  ['the password of a local database', '.env', 'DATABASE_URL=postgres://ai:ai@localhost/ai'],
  ['a hash', 'lock.json', '"render": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"'],
])('leaves %s in a file', (_, path, text) => expect(maskLines(path, text)).toBe(text));

it.each([
  [
    'aliases',
    `token:\n- &a0 [x, x]\n${Array.from({ length: 60 }, (_, at) => `- &a${at + 1} [*a${at}, *a${at}]\n`).join('')}`,
  ],
  ['one word', 'a'.repeat(500_000)],
  ['white space', `password${' '.repeat(500_000)}`],
  ['keys', 'token:'.repeat(20_000)],
  ['secrets', Array.from({ length: 20_000 }, (_, at) => `token${at % 7}_token: s${at}x\n`).join('')],
  ['one secret', `token: ${'ab:'.repeat(100_000)}`],
  ['quotes', `token: ${'"'.repeat(100_000)}`],
])('is fast for a long text of %s', async (_, text) => {
  const began = performance.now();
  expect(maskSecrets(text, await secretsInYaml(text)).length).toBeLessThanOrEqual(text.length);
  expect(performance.now() - began).toBeLessThan(5000);
});
