import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { yamlLiteral } from '../../src/core/text/literals.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { type FakeIoOptions, type Outcome, runIn, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';

/** A prefix that reports never contain otherwise. */
const passwords = fc
  .string({ unit: fc.constantFrom(...'aZ09-_.:,;!?#%&*+=/\\|<>()[]{}@~^$`"\' é€'), minLength: 3, maxLength: 30 })
  .map((text) => `q7X${text}w`);
/** Fake, and split so that secret scanners do not report it. */
const keys = fc
  .string({ unit: fc.constantFrom(...'abcdefXYZ0123456789'), minLength: 24, maxLength: 40 })
  .map((text) => ['sk-', 'proj-', text].join(''));
const awsKeys = fc
  .string({ unit: fc.constantFrom(...'ABCXYZ234567'), minLength: 16, maxLength: 16 })
  .map((text) => ['AK', 'IA', text].join(''));
const tokens = fc
  .string({ unit: fc.constantFrom(...'abcxyz0123456789'), minLength: 36, maxLength: 36 })
  .map((text) => ['gh', 'p_', text].join(''));
const numbers = fc.integer({ min: 10_000_000, max: 2_000_000_000 }).map(String);
const urlPasswords = fc
  .string({ unit: fc.constantFrom(...'aZ09-_.:$!'), minLength: 3, maxLength: 30 })
  .map((text) => `q7X${text}w`);

const head =
  'name: ocr\nversion: 1.0.0\ndescription: Reads.\nauthor: Ada\nclass_name: OcrModule\nendpoints: [POST /process]\n';
const single = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Manifests that contain a secret and an error. */
const manifests: [name: string, text: (secret: string) => string][] = [
  ['a value', (secret) => `${head}configuration:\n  password: ${yamlLiteral(secret)}\n`],
  ['in other quotes', (secret) => `${head}configuration:\n  password: ${single(secret)}\n`],
  [
    'a default of a secret',
    (secret) => `${head}configuration:\n  pin:\n    type: string\n    secret: true\n    default: ${single(secret)}\n`,
  ],
  [
    'a default of another type',
    (secret) => `${head}configuration:\n  password: {type: integer, default: ${JSON.stringify(secret)}}\n`,
  ],
  ['in place of a mapping', (secret) => `${head}configuration:\n  token: [${JSON.stringify(secret)}]\n`],
  ['an item of a list', (secret) => `${head}configuration:\n  token: [a, ${JSON.stringify(secret)}, 5]\n`],
  [
    'an item of a default',
    (secret) =>
      `${head}configuration:\n  api_key:\n    type: array\n    items: {type: integer}\n    default:\n      - ${single(secret)}\n`,
  ],
  ['a misspelt field', (secret) => `${head}api_key: ${JSON.stringify(secret)}\n`],
  ['before a syntax error', (secret) => `${head}configuration:\n  password: ${JSON.stringify(secret)} : [\n`],
  ['twice under one key', (secret) => `${head}configuration: {token: a, token: ${JSON.stringify(secret)}}\n`],
];

/** Expects that the output does not contain the secret in any encoding. */
function mustHide({ out, err }: Outcome, secret: string) {
  for (const text of [out, err])
    for (const spelt of [secret, JSON.stringify(secret).slice(1, -1), secret.replaceAll("'", "''"), escaped(secret)])
      expect(text).not.toContain(spelt);
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const runs = { numRuns: 8 };

describe('validate never prints a secret', () => {
  const folder = tempFolder();
  const formats = ['pretty', 'json', 'sarif', 'junit', 'github'];

  it.each(manifests)('%s', async (_, textOf) => {
    await fc.assert(
      fc.asyncProperty(passwords, async (secret) => {
        writeFileSync(join(folder, 'manifest.yaml'), textOf(secret));
        for (const format of formats) {
          const outcome = await runIn(folder, ['validate', 'manifest.yaml', '--format', format, '--debug']);
          expect(outcome.code).toBe(1);
          mustHide(outcome, secret);
        }
      }),
      runs,
    );
  });

  it('of a URL that is given as a path', async () => {
    for (const format of formats) {
      const outcome = await runIn(folder, ['validate', 'https://u:hunter2@h/x', '--format', format, '--debug']);
      expect(outcome.code).not.toBe(0);
      mustHide(outcome, 'hunter2');
    }
  });

  it('also not in the diff of a fix', async () => {
    await fc.assert(
      fc.asyncProperty(passwords, async (secret) => {
        const text = `${head.replace('endpoints', 'enddpoints')}configuration:\n  password: ${JSON.stringify(secret)}\n`;
        writeFileSync(join(folder, 'ocr.yaml'), text);
        const outcome = await runIn(folder, ['validate', 'ocr.yaml', '--fix', '--dry-run', '--diff']);
        expect(outcome.err).toContain('+endpoints');
        mustHide(outcome, secret);
      }),
      runs,
    );
  });
});

describe('a refused run never prints a secret', () => {
  let root: string;
  beforeAll(async () => {
    root = await newHost();
    await succeedIn(root, ['new', 'alpha', '--yes']);
  });
  const flow = (secret: string, more: string) => `{type: string, default: ${JSON.stringify(secret)}${more}}`;
  const answers = (text: (secret: string) => string) => (secret: string) => {
    writeFileSync(join(root, 'answers.yaml'), text(secret));
    return ['new', 'leaky', '--answers', 'answers.yaml'];
  };

  type Input = (secret: string) => string[];
  const inputs: [name: string, argv: Input, secrets?: fc.Arbitrary<string>][] = [
    ['in a flag', (secret) => ['new', 'leaky', '--config', `password=${secret}`]],
    ['in a flag with =', (secret) => ['new', 'leaky', `--config=api_key=${JSON.stringify(secret)}`]],
    ['in a long setting', (secret) => ['new', 'leaky', '--config', `token=${flow(secret, '')}`]],
    [
      'in a setting that is a secret',
      (secret) => ['new', 'leaky', '--config', `pin=${flow(secret, ', secret: true')}`],
    ],
    ['in a list that is not YAML', (secret) => ['add', 'config', `token=[a, {${JSON.stringify(secret)}]`]],
    ['in a setting that is wrong', (secret) => ['new', 'leaky', '--config', `token=${flow(secret, ', min: 1')}`]],
    ['in a setting that is not YAML', (secret) => ['new', 'leaky', '--config', `token=${flow(secret, ', ')} [`]],
    ['under a key that is wrong', (secret) => ['new', 'leaky', '--config', `Admin-Password=${secret}`]],
    ['in an unknown flag', (secret) => ['new', 'leaky', '--confg', `password=${secret}`]],
    ['in an unknown flag of its own', (secret) => ['new', 'leaky', `--password=${secret}`]],
    ['in add', (secret) => ['add', 'config', `password=${secret}`]],
    ['in add, wrong', (secret) => ['add', 'config', `password=${flow(secret, ', min: 1')}`]],
    ['in add of something else', (secret) => ['add', 'event', `password=${secret}`]],
    ['in answers', answers((secret) => `config:\n  password: ${JSON.stringify(secret)}\n`)],
    ['in answers as entries', answers((secret) => `config: [${JSON.stringify(`password=${secret}`)}]\n`)],
    ['in answers that are wrong', answers((secret) => `config:\n  token: ${flow(secret, ', min: 1')}\n`)],
    [
      'in answers of a wrong type',
      answers((secret) => `config: {token: {type: integer, default: ${single(secret)}}}\n`),
    ],
    ['in answers that are not YAML', answers((secret) => `config:\n  password: ${JSON.stringify(secret)}\n bad: [\n`)],
    ['in a flag with a colon', (secret) => ['new', 'leaky', '--config', `password: ${secret}`]],
    ['in a flag with spaces', (secret) => ['new', 'leaky', '--config', `password = ${secret}`]],
    ['in a flag with a brace', (secret) => ['new', 'leaky', '--config', `password={${secret}`]],
    ['in another flag', (secret) => ['new', 'leaky', '--cpu', `db_pwd: ${secret}`]],
    ['in a value of add', (secret) => ['add', 'event', `{password: {${secret}`]],
    ['in a kind of add', (secret) => ['add', `password: ${secret}`, 'x']],
    ['in another answer', answers((secret) => `cpu: ${single(`password: {${secret}`)}\n`)],
    ['under a numbered name', (secret) => ['new', 'leaky', '--config', `passphrase_2=${secret}`]],
    ['as a number', (secret) => ['new', 'leaky', '--config', `pin_secret=${secret}`], numbers],
    [
      'as a numeric default',
      (secret) => ['new', 'leaky', '--config', `token={type: integer, default: ${secret}}`],
      numbers,
    ],
    ['a known key as an endpoint', (secret) => ['new', 'leaky', '--endpoint', `GET /${secret}`], keys],
    ['a known key as a dependency', (secret) => ['new', 'leaky', '--dependency', secret], keys],
    ['a known key as a version', (secret) => ['new', 'leaky', '--module-version', `1.0.0-${secret}`], keys],
    ['a known key as a class', (secret) => ['new', 'leaky', '--class-name', secret], awsKeys],
    ['a known key as a setting', (secret) => ['new', 'leaky', '--config', `${secret}=1`], tokens],
    ['a known key in add', (secret) => ['add', 'dependency', secret], tokens],
    ['a URL as the host', (secret) => ['status', '--host', `https://u:${secret}@h/x`], urlPasswords],
    ['a known key in a list', (secret) => ['new', 'leaky', '--endpoint', secret], keys],
    ['a known key as an event', (secret) => ['add', 'event', secret], keys],
    ['a known key in the description', (secret) => ['new', 'leaky', '--description', `Uses ${secret} now.`], keys],
    ['a known key in answers', answers((secret) => `emit: [${secret}]\n`), keys],
    ['a known key for another flag', (secret) => ['update', '--on-conflict', secret], keys],
  ];

  it.each(inputs)('%s', async (_, argvOf, secrets = passwords) => {
    await fc.assert(
      fc.asyncProperty(secrets, async (secret) => {
        for (const flags of [['--yes'], ['--json', '--debug'], ['--dry-run', '--diff']]) {
          const outcome = await runIn(root, [...argvOf(secret), ...flags]);
          expect(outcome.code).toBe(2);
          mustHide(outcome, secret);
        }
      }),
      runs,
    );
  });

  it.each(manifests)('in the manifest of --from: %s', async (_, textOf) => {
    await fc.assert(
      fc.asyncProperty(passwords, async (secret) => {
        writeFileSync(join(root, 'from.yaml'), textOf(secret));
        for (const flags of [['--yes'], ['--json', '--debug']]) {
          const outcome = await runIn(root, ['new', 'leaky', '--from', 'from.yaml', ...flags]);
          expect(outcome.code).toBe(2);
          mustHide(outcome, secret);
        }
      }),
      runs,
    );
  });

  it('in the command that repeats the answers', async () => {
    await fc.assert(
      fc.asyncProperty(passwords, async (secret) => {
        const replies: FakeIoOptions['replies'] = {
          Name: 'leaky',
          'Configuration key': ['password', ''],
          'Type of password': 'string',
          'Is password a secret?': false,
          Default: secret,
        };
        const outcome = await runIn(root, ['new'], { replies });
        expect(outcome.code).toBe(2);
        mustHide(outcome, secret);
      }),
      runs,
    );
  });
});

it('if the rule is off, the plan and the diff mask it, and the file contains it', async () => {
  const root = await newHost('fastify');
  writeFileSync(join(root, 'ai-modules.yaml'), 'stack: fastify\nrules: { secret-value: off }\n');
  const argv = ['new', 'leaky', '--config', 'password=q7X\'"hunter2'];
  for (const flags of ['--diff', '--json'])
    expect((await succeedIn(root, [...argv, '--dry-run', flags])).out).not.toContain('hunter2');
  await succeedIn(root, [...argv, '--yes']);
  expect(readFileSync(join(root, 'src/ai/modules/leaky/manifest.yaml'), 'utf8')).toContain('hunter2');
});

describe('a diff masks secrets', () => {
  let root: string;
  const inModule = (file: string) => join(root, 'src/ai/modules/leaky', file);
  beforeAll(async () => {
    root = await newHost('fastify');
    writeFileSync(join(root, 'ai-modules.yaml'), 'stack: fastify\nrules: { secret-value: off }\n');
    await succeedIn(root, ['new', 'leaky', '--yes']);
    const manifest = readFileSync(inModule('manifest.yaml'), 'utf8');
    writeFileSync(inModule('manifest.yaml'), manifest.replace('\nconfiguration:\n', '$&  password: hunter2\n'));
    const readme = readFileSync(inModule('README.md'), 'utf8');
    writeFileSync(inModule('README.md'), `${readme}\nOur token = 'q7Xtoken'\n`);
    const env = readFileSync(join(root, '.env.example'), 'utf8');
    writeFileSync(join(root, '.env.example'), env.replace(/^.*create-ai-module.*$/m, 'JWT_SECRET=q7Xenv\n$&'));
  });

  it.each([
    ['of the template', ['diff', '--template'], 'password'],
    ['of the user', ['diff', '--mine'], 'Our token'],
    ['of an update', ['update', '--dry-run', '--diff'], 'password'],
    ['of an update as JSON', ['update', '--dry-run', '--json'], 'password'],
  ])('%s', async (_, argv, shown) => {
    const outcome = await succeedIn(root, argv);
    expect(outcome.out).toContain(shown);
    for (const secret of ['hunter2', 'q7Xtoken']) mustHide(outcome, secret);
  });

  it.each(['--diff', '--json'])('of the .env file that a new module changes, with %s', async (flag) => {
    const outcome = await succeedIn(root, [
      'new',
      'other',
      '--config',
      'search_key_env=SEARCH_API_KEY',
      '--dry-run',
      flag,
    ]);
    expect(outcome.out).toContain('JWT_SECRET=••••');
    mustHide(outcome, 'q7Xenv');
  });
});
