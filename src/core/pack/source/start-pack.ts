import { jsonText } from '../../text/json-text.ts';
import { kebabCase, titleOf } from '../../text/names.ts';
import type { RelPath } from '../../tree/rel-path.ts';
import { type Tree, type TreeFile, textFile } from '../../tree/tree.ts';
import { isEditorFile } from './editor-files.ts';

/** The folders and files that a pack consists of. Others, such as a README, are for its readers. */
const parts = /^(pack\.yaml$|(module|host|edits|attach|partials|runtime)\/)/;

/** Whether the file belongs to the pack and is not left behind by an editor. */
export function isPackFile(path: string): boolean {
  return parts.test(path) && !isEditorFile(path);
}

/** Keys that are about older versions of a pack: a new one has none. */
const history = ['renames', 'replaced', 'manifest_changes', 'code_changes', 'removed_imports'];

/** A copy of a bundled pack, as the first version of a pack with another name. */
export function copyOfPack(bundled: Tree, name: string): Tree {
  const files = [...bundled]
    .filter(([path]) => isPackFile(path))
    .map(([path, file]): [RelPath, TreeFile] =>
      path === 'pack.yaml' ? [path, textFile(newMeta(String(file.content), name))] : [path, file],
    );
  return new Map([...files, ...packageFile(name)]);
}

/** A pack that extends a bundled one, with copies of the files to change. */
export function extensionOfPack(bundled: Tree, name: string, stack: string, copied: readonly string[]): Tree {
  const meta = [
    `name: ${name}`,
    'version: 1.0.0',
    `title: ${titleOf(name.replaceAll('-', '_'))}`,
    `description: The pack ${stack} with our changes`,
    '# Files of this folder are added to those of the bundled pack, or replace them.',
    `extends: ${stack}`,
    '# Files of the bundled pack to leave out, such as module/utils.ts.hbs.',
    'removed: []',
    '',
  ].join('\n');
  return new Map([
    ['pack.yaml' as RelPath, textFile(meta)],
    ...[...bundled].filter(([path]) => copied.includes(path)),
    ...packageFile(name),
  ]);
}

/** package.json, so that the pack can be published as an npm package. */
function packageFile(name: string): [RelPath, TreeFile][] {
  const files = ['pack.yaml', 'module', 'host', 'edits', 'attach', 'partials', 'runtime'];
  return [['package.json' as RelPath, textFile(jsonText({ name, version: '1.0.0', files }))]];
}

function newMeta(text: string, name: string): string {
  return history
    .reduce(withoutKey, text)
    .replace(/^name: .*$/m, `name: ${name}`)
    .replace(/^version: .*$/m, 'version: 1.0.0')
    .replace(/^title: .*$/m, `title: ${titleOf(name.replaceAll('-', '_'))}`);
}

/** Removes a key and its value, with the comments above it. Bundled packs have one key a line. */
function withoutKey(text: string, key: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => new RegExp(`^( *)${key}:`).test(line));
  if (at === -1) return text;
  const indent = /^ */.exec(lines[at] as string)?.[0] ?? '';
  const isComment = (line: string | undefined) => line?.startsWith(`${indent}#`) ?? false;
  let from = at;
  while (isComment(lines[from - 1])) from -= 1;
  let to = at + 1;
  const isInside = (line: string) => line.trim() === '' || line.startsWith(`${indent} `);
  while (to < lines.length - 1 && isInside(lines[to] as string)) to += 1;
  return withoutKey([...lines.slice(0, from), ...lines.slice(to)].join('\n'), key);
}

/** The name of a pack in a folder of this name. */
export function packNameOf(folder: string): string {
  return kebabCase(folder.normalize('NFKD').replace(/[^\x20-\x7e]/g, ''))
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 50);
}
