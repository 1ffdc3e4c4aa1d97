import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn } from './fake-io.ts';

const head = 'name: ocr\nversion: "1.0.0"\ndescription: Reads.\nauthor: Ada\n';
const reader = `${head}class_name: Reader\n`;

/** `severity rule file line` of each diagnostic of a host with one module. */
async function reported(manifest: string, settings = '', flags: readonly string[] = []) {
  const root = tempFolder();
  mkdirSync(join(root, 'modules/ocr'), { recursive: true });
  writeFileSync(join(root, 'ai-modules.yaml'), `stack: fastify\nmodules_dir: modules\n${settings}`);
  writeFileSync(join(root, 'modules/ocr/manifest.yaml'), manifest);
  const { code, out, err } = await runIn(root, ['validate', '--json', ...flags]);
  const { diagnostics, error } = JSON.parse(out);
  const lines = diagnostics?.map(
    (one: { rule: string; severity: string; file: string; range?: { start: { line: number } } }) =>
      [one.severity, one.rule, dirname(one.file) === '.' ? one.file : 'manifest', one.range?.start.line].join(' '),
  );
  return {
    code,
    reported: lines,
    reason: error?.message ?? err,
    messages: diagnostics?.map((one: { message: string; hint?: string }) => `${one.message}. ${one.hint}`),
  };
}

describe('severity', () => {
  it.each<[name: string, settings: string, flags: string[], code: number, want: string[]]>([
    ['is the default of the rule', '', [], 0, ['warning class-name manifest 5']],
    ['can be turned up', 'rules: { class-name: error }\n', [], 1, ['error class-name manifest 5']],
    ['can be turned off', 'rules: { class-name: off }\n', [], 0, []],
    ['fails with --strict', '', ['--strict'], 1, ['warning class-name manifest 5']],
    [
      'of a removed rule has no effect',
      'rules: { unrequired-permission: off }\n',
      [],
      0,
      ['warning class-name manifest 5'],
    ],
  ])('%s', async (_, settings, flags, code, want) => {
    expect(await reported(reader, settings, flags)).toMatchObject({ code, reported: want });
  });

  it('of an error can be lowered', async () => {
    const text = `${head}class_name: OcrModule\nendpoints: ["GET /pages"]\n`;
    expect(await reported(text, 'rules: { endpoint-permission: warning }\n')).toMatchObject({
      code: 0,
      reported: ['warning endpoint-permission manifest 6'],
    });
  });

  it.each<[name: string, settings: string, reason: string]>([
    ['an unknown rule', 'rules: { clas-name: off }\n', 'rules: unknown rule clas-name; did you mean class-name?'],
    ['a rule that cannot be turned off', 'rules: { syntax: warning }\n', 'rules: syntax is always an error'],
    [
      'an ignore of a rule that cannot be ignored',
      'ignore: [{ rule: unknown-key, path: modules }]\n',
      'ignore[0].rule: unknown-key is always an error',
    ],
    ['an ignore without a path', 'ignore: [{ rule: class-name }]\n', 'ignore.0.path has the wrong type'],
  ])('is refused for %s', async (_, settings, reason) => {
    const refused = await reported(reader, settings);
    expect([refused.code, refused.reason]).toEqual([2, expect.stringContaining(reason)]);
  });
});

describe('an ignore in ai-modules.yaml', () => {
  it.each<[name: string, path: string, want: string[]]>([
    ['of a folder', 'modules', []],
    ['of a module', 'modules/ocr/', []],
    ['of the file', 'modules/ocr/manifest.yaml', []],
    ['of everything', '.', []],
    ['of another module', 'modules/oc', ['warning unused-ignore ai-modules.yaml 4', 'warning class-name manifest 5']],
  ])('%s', async (_, path, want) => {
    expect((await reported(reader, `ignore:\n  - { rule: class-name, path: ${path} }\n`)).reported).toEqual(want);
  });

  it('does not depend on the working directory', async () => {
    const root = tempFolder();
    mkdirSync(join(root, 'modules/ocr'), { recursive: true });
    writeFileSync(
      join(root, 'ai-modules.yaml'),
      'stack: fastify\nmodules_dir: modules\nignore: [{ rule: class-name, path: modules }]\n',
    );
    writeFileSync(join(root, 'modules/ocr/manifest.yaml'), reader);
    expect((await runIn(join(root, 'modules/ocr'), ['validate', 'manifest.yaml'])).out).toBe('1 manifest valid\n');
    expect((await runIn(dirname(root), ['validate', root])).out).toBe('1 manifest valid\n');
  });

  it('is not reported as unused if only some modules are checked', async () => {
    const settings = 'ignore:\n  - { rule: class-name, path: modules/asr }\n';
    const root = tempFolder();
    for (const name of ['ocr', 'asr']) {
      mkdirSync(join(root, 'modules', name), { recursive: true });
      writeFileSync(
        join(root, 'modules', name, 'manifest.yaml'),
        reader.replace('ocr', name).replace(
          'Reader',
          `${name}Reader`.replace(/^./, (a) => a.toUpperCase()),
        ),
      );
    }
    writeFileSync(join(root, 'ai-modules.yaml'), `stack: fastify\nmodules_dir: modules\n${settings}`);
    expect((await runIn(root, ['validate', 'modules/ocr'])).out).toBe('1 manifest valid\n');
    expect((await runIn(root, ['validate'])).out).toContain('unused-ignore');
  });
});

describe('an ignore in a manifest', () => {
  it.each<[name: string, text: string, want: string[]]>([
    ['at the end of the line', `${head}class_name: Reader # ai-modules-ignore class-name\n`, []],
    ['on the line above', `${head}# ai-modules-ignore class-name\nclass_name: Reader\n`, []],
    ['above other comments', `${head}# ai-modules-ignore class-name\n# Why not.\n\nclass_name: Reader\n`, []],
    ['with a reason', `${head}class_name: Reader # ai-modules-ignore class-name: unused-ignore, key-order\n`, []],
    ['with another reason', `${head}class_name: Reader # ai-modules-ignore class-name -- as before\n`, []],
    [
      'with Windows line endings',
      `${head}# ai-modules-ignore class-name\nclass_name: Reader\n`.replaceAll('\n', '\r\n'),
      [],
    ],
    [
      'of several rules',
      `${reader}configuration:\n  on: 12:30 # ai-modules-ignore read-differently, key-order\n`,
      ['warning class-name manifest 5', 'warning unused-ignore manifest 7'],
    ],
    [
      'on another line',
      `${head}author_: x # ai-modules-ignore class-name\n`,
      ['error missing-key manifest 1', 'error unknown-key manifest 5', 'warning unused-ignore manifest 5'],
    ],
    [
      'in a text',
      `${head.replace('Reads.', '"# ai-modules-ignore class-name"')}class_name: Reader\n`,
      ['warning class-name manifest 5'],
    ],
    [
      'of everything',
      `${head}class_name: Reader # ai-modules-ignore\n`,
      ['warning class-name manifest 5', 'warning unused-ignore manifest 5'],
    ],
    [
      'of a rule that cannot be ignored',
      `${head}class_name: Ocr\ncolour: red # ai-modules-ignore unknown-key\n`,
      ['error unknown-key manifest 6', 'warning unused-ignore manifest 6'],
    ],
    ['of itself', `${head}class_name: Ocr # ai-modules-ignore unused-ignore\n`, ['warning unused-ignore manifest 5']],
  ])('%s', async (_, text, want) => {
    expect((await reported(text)).reported).toEqual(want);
  });

  it('suggests the correct rule', async () => {
    const { messages } = await reported(`${head}class_name: Ocr # ai-modules-ignore clas-name\n`);
    expect(messages).toEqual(['unknown rule "clas-name". Did you mean class-name?']);
  });

  it('is not reported as unused if the rule is off or did not run', async () => {
    const text = `${head}class_name: Reader # ai-modules-ignore class-name\n`;
    expect((await reported(text, 'rules: { class-name: off }\n')).reported).toEqual([]);
    const alone = `${head}class_name: Ocr\nevents_subscribed: [asr.heard] # ai-modules-ignore unknown-event\n`;
    expect((await runIn(tempFolder(), ['validate', '-'], { stdin: alone })).out).toBe('1 manifest valid\n');
  });
});
