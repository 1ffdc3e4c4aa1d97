import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixAll } from '../../src/core/lint/fix.ts';
import { noSettings } from '../../src/core/lint/settings.ts';
import { parseYaml } from '../../src/core/yaml/exact.ts';
import { assertProperty, draws } from '../draws.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn } from './fake-io.ts';

function hostWith(text: string | Buffer, config = 'stack: fastify\nmodules_dir: modules\n') {
  const root = tempFolder();
  const file = join(root, 'modules/ocr/manifest.yaml');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(root, 'ai-modules.yaml'), config);
  writeFileSync(file, text);
  return { root, file, read: () => readFileSync(file, 'utf8') };
}

const head = 'name: ocr\nversion: "1.0.0"\ndescription: Reads.\nauthor: Ada\nclass_name: OcrModule\n';

const fixes: [name: string, before: string, after: string][] = [
  ['a misspelt field', head.replace('author', 'auhtor'), head],
  ['a misspelt field in quotes', head.replace('author', '"auhtor"'), head],
  ['a number instead of a string', head.replace('"1.0.0"', '1.0'), head.replace('"1.0.0"', '"1.0"')],
  ['on, and its comment', `${head}configuration:\n  a: on # yes\n`, `${head}configuration:\n  a: "on" # yes\n`],
  ['a key that YAML 1.1 reads as true', `${head}configuration: {on: 1}\n`, `${head}configuration: {"on": 1}\n`],
  [
    'a time and a date',
    `${head}configuration: {a: 12:30, b: 2026-01-02}\n`,
    `${head}configuration: {a: "12:30", b: "2026-01-02"}\n`,
  ],
  ['a number with an exponent', `${head}configuration: {a: 1e3}\n`, `${head}configuration: {a: 1000}\n`],
  ['a byte order mark', `\ufeff${head}`, head],
  [
    'Windows line endings, kept',
    `${head}configuration:\n  a: off\n`.replaceAll('\n', '\r\n'),
    `${head}configuration:\n  a: "off"\n`.replaceAll('\n', '\r\n'),
  ],
  [
    'the order of fields, with their comments',
    '# Ours.\n\n# Who.\nauthor: Ada\n\nname: ocr # so\nversion: "1.0.0"\ndescription: |\n  # Reads.\nclass_name: OcrModule\n# The end.',
    '# Ours.\n\nname: ocr # so\nversion: "1.0.0"\ndescription: |\n  # Reads.\n# Who.\nauthor: Ada\n\nclass_name: OcrModule\n# The end.',
  ],
  ['a misspelt field that is then out of order', `auhtor: Ada\n${head.replace('author: Ada\n', '')}`, head],
  ['a value behind an emoji', `${head}configuration: {a: "😀", b: on}\n`, `${head}configuration: {a: "😀", b: "on"}\n`],
];

describe('--fix', () => {
  it.each(fixes)('repairs %s', async (_, before, after) => {
    const { root, read } = hostWith(before);
    const { out } = await runIn(root, ['validate', '--fix']);
    expect(read()).toBe(after);
    expect(out).toContain('1 manifest fixed: modules/ocr/manifest.yaml\n');
    expect((await runIn(root, ['validate', '--fix'])).out).not.toContain('fixed:');
  });

  it.each<[string, string]>([
    ['a field with two possible corrections', `${head}events_: [ocr.read_out]\n`],
    ['a misspelt field that also exists', `${head}authr: Ada\n`],
    ['two misspellings of one field', `${head}endpont: []\nendpoits: []\n`],
    ['an octal number', `${head}configuration: {a: 0755}\n`],
    ['an ignored diagnostic', `${head}configuration:\n  a: on # ai-modules-ignore read-differently\n`],
    [
      'the order of fields on one line',
      '{author: Ada, name: ocr, version: "1.0.0", description: x, class_name: OcrModule}\n',
    ],
    ['the order of fields with an anchor', `dependencies: &a [redis]\n${head}events_emitted: *a\n`],
    ['a valid manifest', head],
  ])('leaves %s', async (_, text) => {
    const { root, read } = hostWith(text);
    expect((await runIn(root, ['validate', '--fix'])).out).not.toContain('fixed:');
    expect(read()).toBe(text);
  });

  it('does not fix diagnostics of a rule that is off', async () => {
    const text = `${head}configuration: {a: on}\n`;
    const { root, read } = hostWith(text, 'stack: fastify\nmodules_dir: modules\nrules: { read-differently: off }\n');
    expect((await runIn(root, ['validate', '--fix'])).code).toBe(0);
    expect(read()).toBe(text);
  });

  it('keeps the mode of the file, and exits with 1 if errors are left', async () => {
    const { root, file } = hostWith(`${head}configuration: {a: on}\nendpoints: ["GET /health"]\n`);
    chmodSync(file, 0o755);
    expect((await runIn(root, ['validate', '--fix'])).code).toBe(1);
    expect(statSync(file).mode & 0o777).toBe(0o755);
  });

  it('shows the change and writes nothing in a dry run', async () => {
    const text = `${head}configuration: {a: on}\n`;
    const { root, read } = hostWith(text);
    const { out, err, code } = await runIn(root, ['validate', '--fix', '--dry-run', '--json']);
    expect([code, read()]).toEqual([0, text]);
    expect(err).toContain('-configuration: {a: on}\n+configuration: {a: "on"}\n');
    expect(JSON.parse(out)).toMatchObject({ warnings: 1, fixed: ['modules/ocr/manifest.yaml'] });
  });

  it('fixes a manifest that belongs to no host', async () => {
    const root = tempFolder();
    writeFileSync(join(root, 'my.yaml'), head.replace('author', 'auhtor'));
    expect((await runIn(root, ['validate', 'my.yaml', '--fix'])).code).toBe(0);
    expect(readFileSync(join(root, 'my.yaml'), 'utf8')).toBe(head);
  });

  it('refuses standard input', async () => {
    const { code, err } = await runIn(tempFolder(), ['validate', '-', '--fix'], {
      stdin: `${head}configuration: {a: on}\n`,
    });
    expect([code, err]).toEqual([2, expect.stringContaining('standard input')]);
  });

  it('keeps the meaning in YAML 1.2, and leaves nothing for a second run', async () => {
    const value = fc.constantFrom('on', 'off', '12:30', '1e3', '0b1', '"on"', 'x', '5', '2026-01-02', '[a, on]', '~');
    const key = fc.constantFrom('a', 'on', 'b_c', 'yes', 'no');
    const pairs = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 4 });
    const check = async (text: string) => {
      const manifests = [{ file: 'm', folder: undefined, text }];
      return fixAll({ manifests, others: [], isWhole: false, host: { events: [] }, settings: noSettings });
    };
    await assertProperty(
      draws.fixes,
      fc.asyncProperty(pairs, fc.boolean(), fc.boolean(), async (settings, isWindows, hasMark) => {
        const body = `${head}configuration:\n  z: 1\n${settings.map(([name, it]) => `  ${name}: ${it} # ${name}\n`).join('')}`;
        const text = (hasMark ? '\ufeff' : '') + (isWindows ? body.replaceAll('\n', '\r\n') : body);
        const fixed = (await check(text)).texts.get('m') ?? text;
        expect((await parseYaml(fixed)).value).toEqual((await parseYaml(text)).value);
        expect((await check(fixed)).texts.size).toBe(0);
        const bare = (it: string) => it.replace(/["\ufeff]/g, '').replaceAll('1000', '1e3');
        expect(bare(fixed)).toBe(bare(text));
      }),
    );
  });
});
