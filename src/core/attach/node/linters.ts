import type { AppFiles, FileEdit, PrintedEdit } from '../application.ts';
import { addToJsonList, parseJsonWithComments } from '../edit-json.ts';
import { insertAt } from '../insert.ts';
import type { Package } from './read-node.ts';

/**
 * Lets the linters of the application skip the guest's folder, whose code has a style of its own. Prettier reads a
 * configuration in that folder.
 */
export function editLinters(files: AppFiles, declared: Package, dir: string): (FileEdit | PrintedEdit)[] {
  const own = files.paths.filter((path) => !path.includes('/'));
  const has = (name: string) => (declared.devDependencies[name] ?? declared.dependencies[name]) !== undefined;
  const found = (pattern: RegExp) => own.find((path) => pattern.test(path));
  const edits: (FileEdit | PrintedEdit)[] = [];
  const flat = found(/^eslint\.config\.[cm]?[jt]s$/);
  if (flat !== undefined) edits.push(editFlatConfig(flat, files.read(flat) ?? '', dir));
  else if (has('eslint')) edits.push(addIgnored(files, dir));
  const biome = found(/^biome\.jsonc?$/);
  if (biome !== undefined) edits.push(editBiome(biome, files.read(biome) ?? '', dir));
  return edits;
}

/** ESLint 9: an entry with nothing but `ignores` is for all files. */
function editFlatConfig(file: string, text: string, dir: string): FileEdit | PrintedEdit {
  const quote = /['"]/.exec(text)?.[0] ?? "'";
  const entry = `{ ignores: [${quote}${dir}/**${quote}] },`;
  const starts = [
    ...text.matchAll(
      /^(?:export default|module\.exports =)\s+(?:(?:\w+\.)?(?:config|defineConfig)\(\s*\[|(?:\w+\.)?(?:config|defineConfig)\(|\[)/gm,
    ),
  ];
  const [start] = starts;
  if (start === undefined || starts.length > 1)
    return { file, reason: 'its list of configurations was not found', lines: [entry] };
  const at = start.index + start[0].length;
  const [next] = /^\r?\n[ \t]*(?=\S)/.exec(text.slice(at)) ?? [];
  if (next === undefined) return { file, after: `${text.slice(0, at)}${entry} ${text.slice(at)}` };
  return { file, after: insertAt(text, text.indexOf('\n', at) + 1, `${next.replace(/^\r?\n/, '')}${entry}`) };
}

function addIgnored(files: AppFiles, dir: string): FileEdit {
  const file = '.eslintignore';
  const text = files.read(file) ?? '';
  return { file, after: insertAt(text, text.length, `${dir}/`) };
}

function editBiome(file: string, text: string, dir: string): FileEdit | PrintedEdit {
  const { files = {} } = (parseJsonWithComments(text) ?? {}) as { files?: Readonly<Record<string, unknown>> };
  // Biome 1 has a list of what it ignores.
  const key = ['includes', 'ignore'].find((one) => Array.isArray(files[one]));
  const item = key === 'ignore' ? dir : `!${dir}`;
  const after = key && addToJsonList(text, ['files', key], item);
  if (after !== undefined) return { file, after };
  return { file, reason: 'it has no list of files', lines: [`"files": { "includes": ["**", "${item}"] }`] };
}
