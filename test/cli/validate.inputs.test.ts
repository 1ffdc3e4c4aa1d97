import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn } from './fake-io.ts';

const manifest = (name: string, more = '') =>
  `name: ${name}\nversion: "1.0.0"\ndescription: Reads.\nauthor: Ada\nclass_name: ${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', '')}Module\n${more}`;

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = tempFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const host = { 'ai-modules.yaml': 'stack: fastify\nmodules_dir: modules\n' };
const two = { 'modules/asr/manifest.yaml': manifest('asr'), 'modules/ocr/manifest.yaml': manifest('ocr') };

/** Root can read everything, so this runs `work` as the user nobody. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('the checked files', () => {
  const files = { ...host, ...two, 'other/tts.yaml': manifest('tts'), 'node_modules/x/manifest.yaml': 'a: 1\n' };

  it.each<[name: string, paths: string[], want: string[]]>([
    ['a pattern', ['modules/*/manifest.yaml'], ['modules/asr/manifest.yaml', 'modules/ocr/manifest.yaml']],
    ['a pattern of folders', ['modules/o*'], ['modules/ocr/manifest.yaml']],
    ['braces', ['{modules/asr,other}/*.yaml'], ['modules/asr/manifest.yaml', 'other/tts.yaml']],
    ['everything below', ['.'], ['modules/asr/manifest.yaml', 'modules/ocr/manifest.yaml']],
    [
      'a file twice',
      ['modules/ocr', 'modules/ocr/manifest.yaml', './modules'],
      ['modules/ocr/manifest.yaml', 'modules/asr/manifest.yaml'],
    ],
    ['a file of another name', ['other/tts.yaml'], ['other/tts.yaml']],
    ['standard input', ['-'], ['<stdin>']],
    ['standard input and a file', ['-', 'modules/ocr'], ['modules/ocr/manifest.yaml', '<stdin>']],
    ['the modules of the host', [], ['modules/asr/manifest.yaml', 'modules/ocr/manifest.yaml']],
  ])('is %s', async (_, paths, want) => {
    const { code, out } = await runIn(folderWith(files), ['validate', ...paths, '--json'], { stdin: manifest('mt') });
    expect([code, JSON.parse(out).files]).toEqual([0, want]);
  });

  it('treats a name with brackets as a file if it exists', async () => {
    const root = folderWith({ 'a[1].yaml': manifest('ocr') });
    expect((await runIn(root, ['validate', 'a[1].yaml'])).code).toBe(0);
  });

  it('compares with the other modules of the host, but does not report on them', async () => {
    const root = folderWith({
      ...host,
      'modules/asr/manifest.yaml': manifest('asr', 'colour: red\nevents_emitted: [asr.heard]\n'),
      'modules/ocr/manifest.yaml': manifest('ocr', 'events_subscribed: [asr.heard]\n'),
      'modules/tts/manifest.yaml': manifest('tts').replace('TtsModule', 'OcrModule'),
    });
    const { out } = await runIn(root, ['validate', 'modules/ocr']);
    expect(out).toContain('the class name prefix Ocr is already in use: modules/tts/manifest.yaml has OcrModule');
    expect(out).toContain('1 error in 1 manifest');
  });

  it('checks the modules of one folder together if there is no host', async () => {
    const root = folderWith({ 'a/x/manifest.yaml': manifest('ocr'), 'b/ocr/manifest.yaml': manifest('ocr') });
    expect((await runIn(root, ['validate', '.'])).out).toContain('1 error in 2 manifests');
    const together = folderWith({ 'x/manifest.yaml': manifest('ocr'), 'ocr/manifest.yaml': manifest('ocr') });
    expect((await runIn(together, ['validate', '.'])).out).toContain('the name ocr is already in use');
  });

  it('uses the settings of each host', async () => {
    const shout = manifest('ocr').replace('OcrModule', 'Reader');
    const root = folderWith({
      'a/ai-modules.yaml': 'stack: fastify\nmodules_dir: modules\nrules: { class-name: off }\n',
      'a/modules/ocr/manifest.yaml': shout,
      'b/ai-modules.yaml': 'stack: fastify\nmodules_dir: modules\nrules: { class-name: error }\n',
      'b/modules/ocr/manifest.yaml': shout,
    });
    const { code, out } = await runIn(root, ['validate', 'a/modules', 'b/modules', '--json']);
    expect([code, JSON.parse(out).diagnostics.map(({ file }: { file: string }) => file)]).toEqual([
      1,
      ['b/modules/ocr/manifest.yaml'],
    ]);
  });
});

describe('a file that cannot be checked', () => {
  it('is refused: a pattern that nothing matches', async () => {
    const { code, out, err } = await runIn(folderWith({ ...host, ...two }), ['validate', 'modules/ocr', 'modules/x*']);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining('No file matches modules/x*.')]);
  });

  it('is reported, and the rest is checked: a NUL', async () => {
    const root = folderWith({ ...host, ...two, 'modules/bad/manifest.yaml': 'name: "a\u0000b"\n' });
    const { code, out } = await runIn(root, ['validate']);
    expect([code, out]).toEqual([1, expect.stringContaining('the character U+0000 is not allowed in YAML')]);
  });

  it.each<[name: string, make: (root: string) => void, reason: string]>([
    ['a link to nothing', (root) => symlinkSync('gone', join(root, 'modules/bad/manifest.yaml')), 'no such file'],
    ['a folder called manifest.yaml', (root) => mkdirSync(join(root, 'modules/bad/manifest.yaml')), 'directory'],
  ])('is reported, and the rest is checked: %s', async (_, make, reason) => {
    const root = folderWith({ ...host, ...two });
    mkdirSync(join(root, 'modules/bad'));
    make(root);
    const { code, out } = await runIn(root, ['validate']);
    expect([code, out]).toEqual([1, expect.stringContaining('modules/bad/manifest.yaml error it cannot be read: ')]);
    expect(out).toContain(reason);
    expect(out).toContain('1 error in 3 manifests');
  });

  it('is reported, and the rest is checked: a file and a folder without read permission', async () => {
    const root = folderWith({ ...host, ...two, 'modules/shut/manifest.yaml': manifest('shut') });
    chmodSync(join(root, 'modules/ocr/manifest.yaml'), 0);
    chmodSync(join(root, 'modules/shut'), 0);
    chmodSync(root, 0o755);
    const { code, out } = await asNobody(() => runIn(root, ['validate']));
    chmodSync(join(root, 'modules/shut'), 0o755);
    expect([code, out.match(/permission denied/g)?.length]).toEqual([1, 2]);
  });

  it('reports unclear-code for code that is not read', async () => {
    const endpoints = 'endpoints: ["POST /process"]\npermissions_required: ["ocr:create"]\n';
    const root = folderWith({
      ...host,
      'modules/ocr/manifest.yaml': manifest('ocr', endpoints),
      'modules/ocr/routes.py': 'from fastapi import APIRouter\n',
      'modules/ocr/large.py': `x = "${'a'.repeat(1_000_000)}"\n`,
      'shared/more.py': '',
    });
    symlinkSync('../../shared', join(root, 'modules/ocr/shared'));
    symlinkSync('circle.py', join(root, 'modules/ocr/circle.py'));
    const { code, out } = await runIn(root, ['validate', '--json']);
    const reported = JSON.parse(out).diagnostics.map(
      ({ rule, message }: Record<string, string>) => `${rule}: ${message}`,
    );
    expect([code, reported]).toEqual([
      0,
      [
        'unclear-code: large.py has more than 1000000 bytes, so its code could not be verified',
        'unclear-code: could not verify that a route answers POST /process',
        'unclear-code: shared/ is a link to a folder, which is not followed, so its code could not be verified',
      ],
    ]);
    expect((await runIn(root, ['validate'])).out.length).toBeLessThan(2_000);
  });

  it('follows links to modules once, and no other links', async () => {
    const root = folderWith({ ...host, ...two, 'elsewhere/tts/manifest.yaml': manifest('tts', 'colour: red\n') });
    symlinkSync('..', join(root, 'modules/up'));
    symlinkSync('ocr', join(root, 'modules/again'));
    symlinkSync('../elsewhere', join(root, 'modules/folder'));
    const valid = { code: 0, out: '2 manifests valid\n' };
    expect(await runIn(root, ['validate'])).toMatchObject(valid);
    expect(await runIn(root, ['validate', 'modules', 'modules/**/*.yaml'])).toMatchObject(valid);
    symlinkSync('../elsewhere/tts', join(root, 'modules/tts'));
    symlinkSync('../elsewhere/tts', join(root, 'modules/tts_again'));
    const { code, out } = await runIn(root, ['validate']);
    expect([code, out]).toEqual([1, expect.stringContaining('modules/tts/manifest.yaml:6:1 error unknown key')]);
    expect(out).toContain('1 error in 3 manifests');
    expect((await runIn(root, ['validate', '.'])).out).toContain('1 error in 3 manifests');
  });

  it('counts the diagnostics that it does not show: 20,000 unknown keys', async () => {
    const keys = Array.from({ length: 20_000 }, (_, at) => `k${at}: 1\n`).join('');
    const root = folderWith({ ...host, 'modules/ocr/manifest.yaml': manifest('ocr', keys) });
    const { code, out } = await runIn(root, ['validate', '--json']);
    const { diagnostics } = JSON.parse(out);
    expect([code, diagnostics.length]).toEqual([1, 51]);
    expect(diagnostics.at(-1)).toMatchObject({
      rule: 'more-findings',
      message: '19,950 more diagnostics in this file not shown',
    });
  });

  it.each<[string, string | Uint8Array, string]>([
    ['too much', 'a: b\n'.repeat(250_000), 'the limit is 1000000'],
    ['binary', new Uint8Array([0xff, 0xfe]), 'it is not UTF-8 text'],
    ['UTF-16', Buffer.from('\ufeffname: ocr\n', 'utf16le'), 'it is UTF-16 text (unreadable)\n    Save it as UTF-8.'],
    ['nothing', '', 'the manifest must be a mapping'],
  ])('reports standard input with %s', async (_, stdin, message) => {
    const { code, out } = await runIn(tempFolder(), ['validate', '-'], { stdin });
    expect([code, out]).toEqual([1, expect.stringContaining(message)]);
  });
});
