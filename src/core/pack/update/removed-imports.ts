import { sentenceFor } from '../../merge/trees.ts';
import { folderOf } from '../../tree/rel-path.ts';

/** The files of a host after an update. */
export interface HostFiles {
  readonly paths: ReadonlySet<string>;
  /** The text of a file; `undefined` if it is not text. */
  readonly read: (path: string) => string | undefined;
}

export interface Import {
  /** Offset in the text. */
  readonly at: number;
  /** As it is written, for messages. */
  readonly name: string;
  /** The path in the host without its ending, or an alias such as `#platform/errors.ts`. */
  readonly target: string;
  /** The names that are imported from it. */
  readonly names: readonly string[];
}

/**
 * Sentences about imports of files that the pack no longer generates, with their lines, one for each replacement:
 * `replaced` has what replaces files, folders and aliases. Files that exist under the same path, also those of the user, can be imported.
 */
export function removedImports(path: string, files: HostFiles, replaced: Readonly<Record<string, string>>): string[] {
  const text = isCode.test(path) ? files.read(path) : undefined;
  if (text === undefined) return [];
  const sentenceOf = (target: string) =>
    endings.map((ending) => replaced[`${target}${ending}`]).find((one) => one !== undefined) ??
    sentenceFor(`${target}/`, replaced);
  const found = new Map<string, { lines: Set<number>; names: Set<string> }>();
  for (const { at, ...all } of importsIn(path, text).filter(({ target }) => sentenceOf(target) !== undefined))
    for (const { name, target } of missingOf(path.endsWith('.py') ? all : { ...all, names: [] }, files)) {
      const sentence = sentenceOf(target) ?? '';
      const { lines, names } = found.get(sentence) ?? { lines: new Set(), names: new Set() };
      found.set(sentence, { lines: lines.add(text.slice(0, at).split('\n').length), names: names.add(name) });
    }
  return [...found].map(
    ([sentence, { lines, names }]) =>
      `${path}:${[...lines].join(',')} imports ${[...names].join(', ')}, which the host no longer has. ${sentence}.`,
  );
}

const isCode = /\.(?:py|[cm]?[jt]sx?)$/;

/** The imports of a file of code; none of another file. */
export function importsIn(path: string, text: string): Import[] {
  if (path.endsWith('.py')) return pythonImports(path, text);
  return isCode.test(path) ? scriptImports(path, text) : [];
}

/** The file that an import means, as far as the language does not need more than its path. */
export function importedFile(target: string, has: (path: string) => boolean): string | undefined {
  return endings.map((ending) => `${target}${ending}`).find(has);
}

/** What can't be imported: the file, or names that are neither in it nor in its folder. */
function missingOf(
  { name, target, names }: Omit<Import, 'at'>,
  { paths, read }: HostFiles,
): Omit<Import, 'at' | 'names'>[] {
  const has = (start: string) => [...paths].some((path) => path.startsWith(start));
  const file = importedFile(target, (one) => paths.has(one));
  if (file === undefined && !has(`${target}/`)) return [{ name, target }];
  const text = (file && read(file)) ?? '';
  return names
    .filter(
      (one) => !new RegExp(`\\b${one}\\b`).test(text) && !paths.has(`${target}/${one}.py`) && !has(`${target}/${one}/`),
    )
    .map((one) => ({ name: name.endsWith('.') ? `${name}${one}` : `${name}.${one}`, target: `${target}/${one}` }));
}

const endings = ['', '.ts', '.js', '.py', '/index.ts', '/index.js', '/__init__.py'];

const inScript = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*(['"])(\.{1,2}\/[^'"\n]+|#[^'"\n]+)\1/g;

function scriptImports(path: string, text: string): Import[] {
  return [...text.matchAll(inScript)].map(({ index, 0: whole, 2: name = '' }) => {
    const target = name.startsWith('#') ? name : resolved(folderOf(path), name.replace(/\.[cm]?[jt]sx?$/, ''));
    return { at: index + whole.length, name, target, names: namesBefore(index, text) };
  });
}

const beforeFrom = /\b(?:import|export)\s+(?:type\s+)?(?:\{([^{}]*)\}|\*\s*as\s+(\w+))\s*$/;

/** The names in `{ a, type b as c }` before `from`, or those that the text takes from `* as space`. */
function namesBefore(index: number, text: string): string[] {
  const [, list = '', space] = beforeFrom.exec(text.slice(Math.max(0, index - 2_000), index)) ?? [];
  if (space !== undefined)
    return [...text.matchAll(new RegExp(`\\b${space}\\.(\\w+)`, 'g'))].map(([, name = '']) => name);
  const names = list.split(',').map(
    (one) =>
      one
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s/)[0] ?? '',
  );
  return names.filter((one) => one !== '');
}

const inPython = /^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)|import[ \t]+([\w.]+))/gm;

function pythonImports(path: string, text: string): Import[] {
  return [...text.matchAll(inPython)].map(({ index, 1: dots = '', 2: from = '', 3: list = '', 4: module }) => {
    const name = module ?? `${dots}${from}`;
    const inside = (module ?? from).replaceAll('.', '/');
    const target = dots === '' ? inside : resolved(folderOf(path), `${'../'.repeat(dots.length - 1)}${inside}`);
    const names = list
      .replace(/#.*$|[()\\]/gm, '')
      .split(',')
      .map((one) => one.trim().split(/\s/)[0] ?? '')
      .filter((one) => /^\w+$/.test(one));
    return { at: index + (/^\s*/.exec(text.slice(index))?.[0].length ?? 0), name, target, names };
  });
}

/** A relative path from a folder of the host. */
function resolved(folder: string, relative: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
