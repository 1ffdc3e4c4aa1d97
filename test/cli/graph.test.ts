import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost, stacks } from './hosts.ts';

async function hostWithModules(stack?: string): Promise<string> {
  const root = await newHost(stack);
  await succeedIn(root, ['new', 'upload', '--author', 'Ada', '--yes']);
  const search = ['--dependency', 'module:upload', '--subscribe', 'upload.completed', '--subscribe', 'nobody.sends'];
  await succeedIn(root, ['new', 'search', '--author', 'Ada', ...search, '--yes']);
  return root;
}

it.each(stacks)('draws the modules in every format and writes nothing, on %s', async (stack) => {
  const root = await hostWithModules(stack);
  const before = snapshot(root);
  const svg = await succeedIn(root, ['graph']);
  expect(svg.out).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  expect(svg.err).toContain('Note: Nothing emits nobody.sends, to which search subscribes.\n');
  expect((await succeedIn(root, ['graph', '--format', 'mermaid'])).out).toContain('m0 -->|needs| m1\n');
  expect((await succeedIn(root, ['graph', '--format', 'dot'])).out).toContain('m0 -> m1 [label="needs"];\n');
  expect(snapshot(root)).toEqual(before);
});

it('writes the file of --output after it showed the plan, with --yes only', async () => {
  const root = await hostWithModules();
  const before = snapshot(root);
  expect((await runIn(root, ['graph', '--output', 'modules.svg'])).code).toBe(2);
  expect((await succeedIn(root, ['graph', '--output', 'modules.svg', '--dry-run', '--yes'])).out).toContain(
    '+ modules.svg',
  );
  expect((await succeedIn(root, ['graph', '--output', 'modules.svg', '--diff'])).out).toContain('+<svg ');
  expect(snapshot(root)).toEqual(before);
  expect((await succeedIn(root, ['graph', '--output', 'modules.dot', '--yes'])).out).toBe(
    'modules.dot: 1 file created\n',
  );
  expect(readFileSync(join(root, 'modules.dot'), 'utf8')).toMatch(/^digraph /);
  const again = await succeedIn(root, ['graph', '--output', 'modules.dot']);
  expect(again.out).toBe('modules.dot: nothing to do\n');
  await succeedIn(root, ['graph', '--output', 'modules.dot', '--format', 'mermaid', '--yes']);
  expect(readFileSync(join(root, 'modules.dot'), 'utf8')).toMatch(/^flowchart /);
});

it('writes outside of the host too, relative to the current folder', async () => {
  const root = await hostWithModules();
  const elsewhere = tempFolder();
  await succeedIn(elsewhere, ['graph', '--host', root, '--output', 'modules.mmd', '--yes']);
  expect(readFileSync(join(elsewhere, 'modules.mmd'), 'utf8')).toMatch(/^flowchart /);
});

it.each([
  [['--format', 'png'], '--format must be one of svg, mermaid, dot, not png.'],
  [['--output', 'modules.png', '--yes'], 'the ending names no format'],
  [['--output', 'no/where.svg', '--yes'], undefined],
  [['--output', 'folder.svg', '--yes'], 'not a regular file'],
  [['--output', '../missing/modules.svg', '--yes'], 'it does not exist'],
  [['search'], 'Too many arguments'],
] as const)('%j is refused or creates what it needs', async (argv, message) => {
  const root = await newHost();
  mkdirSync(join(root, 'folder.svg'));
  const { code, err } = await runIn(root, ['graph', ...argv]);
  expect(code).toBe(message === undefined ? 0 : 2);
  expect(err).toContain(message ?? 'no/');
});

it('replaces a file that is read-only only by its plan, and names a folder without a host', async () => {
  const root = await hostWithModules();
  writeFileSync(join(root, 'modules.svg'), 'mine\n');
  chmodSync(join(root, 'modules.svg'), 0o444);
  expect((await succeedIn(root, ['graph', '--output', 'modules.svg', '--dry-run'])).out).toContain('~ modules.svg');
  expect(readFileSync(join(root, 'modules.svg'), 'utf8')).toBe('mine\n');
  const { code, err } = await runIn(tempFolder(), ['graph']);
  expect([code, err]).toEqual([2, expect.stringContaining('No host application was found')]);
});

it('draws a host without modules, and one whose folder names are hostile', async () => {
  const root = await newHost();
  expect((await succeedIn(root, ['graph'])).out).toContain('0 modules');
  const folder = "modules/x]&amp;#;'";
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, 'manifest.yaml'), 'name: [');
  expect((await succeedIn(root, ['graph'])).out).toContain(">x]&amp;amp;#;'</text>");
  expect((await succeedIn(root, ['graph', '--format', 'mermaid'])).out).toContain('"x#93;#38;amp#59;#35;#59;#39;');
});
