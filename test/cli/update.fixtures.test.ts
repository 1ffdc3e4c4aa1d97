import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { convert, type EndingKind } from '../line-endings.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { packFolder, serviceWith } from './update-packs.ts';

const fixtures = fileURLToPath(new URL('../fixtures/update-host', import.meta.url));
const cases = readdirSync(fixtures, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** The packs beside every host, whose ai-modules.yaml has `stack: ../packs/1.3.0`. */
const packs = tempFolder();
for (const [version, changes] of [
  ['1.2.0', {}],
  ['1.3.0', { 'return 2': 'return 22' }],
] as const) {
  const pack = packFolder(version, { files: { 'module/service.ts.hbs': serviceWith(changes) } });
  cpSync(pack, join(packs, version), { recursive: true });
}

const needed = ['exit', 'host', 'output.txt'];

/** Reads a case. Without `expected`, the run must not change anything. Throws if a part is missing or unknown. */
function readCase(folder: string) {
  const parts = readdirSync(folder);
  const missing = needed.find((part) => !parts.includes(part));
  if (missing !== undefined) throw new Error(`${folder} has no ${missing}`);
  const unread = parts.find((part) => ![...needed, 'args', 'expected'].includes(part));
  if (unread !== undefined) throw new Error(`${folder} has ${unread}, which is not part of a case`);
  const textOf = (part: string) => readFileSync(join(folder, part), 'utf8').trimEnd();
  return {
    host: join(folder, 'host'),
    args: parts.includes('args') ? textOf('args').split('\n') : ['update', '--yes'],
    exit: textOf('exit'),
    output: textOf('output.txt').split('\n'),
    expected: parts.includes('expected') ? join(folder, 'expected') : undefined,
  };
}

/** All files except the record for `undo`. Of permissions, only the executable bit, like git. */
function filesOf(root: string): Record<string, string> {
  const files = Object.entries(snapshot(root)).filter(([path]) => !path.startsWith('.create-ai-module/'));
  const kind = (mode: string) => ((Number.parseInt(mode, 8) & 0o100) === 0 ? 'text' : 'program');
  // The checksum changes with the small pack.
  const plain = (text: string) => text.replace(/^[0-7]+/, kind).replace(/^pack_checksum: .*\r?\n/m, '');
  return Object.fromEntries(files.map(([path, text]) => [path, plain(text)]));
}

function convertTree(root: string, kind: EndingKind): void {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) writeFileSync(file, convert(readFileSync(file, 'latin1'), kind), 'latin1');
  }
}

const withLineFeeds = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, convert(text, 'line feeds')]));

describe.each<EndingKind>(['as it is', 'Windows'])(
  'each case of test/fixtures/update-host, line endings: %s',
  (kind) => {
    const comparable = (root: string) => (kind === 'as it is' ? filesOf(root) : withLineFeeds(filesOf(root)));

    it.each(cases.map(({ name }) => name))('%s', async (name) => {
      const { host, args, exit, output, expected } = readCase(join(fixtures, name));
      const place = tempFolder();
      const root = join(place, 'host');
      cpSync(packs, join(place, 'packs'), { recursive: true });
      cpSync(host, root, { recursive: true });
      convertTree(root, kind);
      const before = snapshot(place);
      const given = filesOf(root);

      const { code, out, err } = await runIn(root, args);
      expect(String(code), err).toBe(exit);
      const printed = `${err}${out}`.replaceAll(`${place}/`, '').split('\n');
      expect(printed.filter((line) => line !== '')).toEqual(expect.arrayContaining(output));
      expect(out).not.toMatch(/^(conflict|error|Note:) /m);
      if (expected === undefined) {
        expect(snapshot(place)).toEqual(before);
        return;
      }
      expect(comparable(root)).toEqual(comparable(expected));
      expect(snapshot(join(place, 'packs'))).toEqual(snapshot(packs));

      // A successful update leaves nothing to do, and can be undone.
      if (code !== 0) return;
      expect((await runIn(root, ['update', '--check'])).code).toBe(0);
      await succeedIn(root, ['undo', '--yes']);
      expect(filesOf(root)).toEqual(given);
    });
  },
);

describe('an incomplete case', () => {
  function someCase(): string {
    const folder = tempFolder();
    mkdirSync(join(folder, 'host'));
    for (const part of ['exit', 'output.txt']) writeFileSync(join(folder, part), '0\n');
    return folder;
  }

  it.each(needed)('without %s is refused', (part) => {
    const folder = someCase();
    rmSync(join(folder, part), { recursive: true });
    expect(() => readCase(folder)).toThrow(`has no ${part}`);
  });

  it('with an unknown part is refused', () => {
    const folder = someCase();
    mkdirSync(join(folder, 'expect'));
    expect(() => readCase(folder)).toThrow('has expect, which is not part of a case');
  });
});
