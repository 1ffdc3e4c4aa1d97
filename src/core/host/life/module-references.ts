import { folderOf } from '../../tree/rel-path.ts';

/** Where code names the folder of a module: the position of the name, and its line, counted from 1. */
export interface Reference {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/**
 * The places in a file of code that import from the folder of a module, in order. Both paths are relative to the host.
 * Dotted paths of Python count in texts too, such as those of mocks.
 */
export function referencesTo(folder: string, path: string, text: string): Reference[] {
  if (!text.includes(nameOf(folder))) return [];
  const isPython = path.endsWith('.py');
  const starts = isPython
    ? inPython(folder, path, text)
    : /\.[cm]?[jt]sx?$/.test(path)
      ? inScript(folder, path, text)
      : [];
  return [...new Set(starts)]
    .sort((a, b) => a - b)
    .map((start) => ({
      start,
      end: start + nameOf(folder).length,
      line: text.slice(0, start).split('\n').length,
    }));
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}

/** Relative specifiers: of imports, and of calls such as `import()`, `require()` and `vi.mock()`. */
function inScript(folder: string, path: string, text: string): number[] {
  return [...text.matchAll(/(["'`])(\.{1,2}\/[^"'`\n]*)\1/g)].flatMap(({ index, 2: specifier = '' }) => {
    const place = segmentAt(folderOf(path), specifier, '/', folder);
    return place === undefined ? [] : [index + 1 + place];
  });
}

function inPython(folder: string, path: string, text: string): number[] {
  const parts = folder.split('/').map((part) => part.replace(/\W/g, '\\$&'));
  const name = parts.at(-1) ?? '';
  const above = parts.slice(0, -1);
  // `src/app/modules` is `app.modules`: folders above the package are not in the name.
  const optional = above.slice(0, -1).reduce((before, part) => `(?:${before}${part}\\.)?`, '');
  const dotted = `${optional}${above.at(-1) ?? ''}`;
  const absolute = new RegExp(String.raw`(?<![\w.])${dotted}\.(?=${name}(?!\w))`, 'g');
  const imported = new RegExp(
    String.raw`^[ \t]*from[ \t]+(${dotted}|\.+[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)`,
    'gm',
  );
  const relative = /^[ \t]*from[ \t]+(\.+)([\w.]*)[ \t]+import\b/gm;
  const starts = [...text.matchAll(absolute)].map((match) => match.index + match[0].length);
  for (const match of text.matchAll(imported)) {
    const [all, from = '', names = ''] = match;
    const at = new RegExp(String.raw`(?<!\w|as )${name}(?!\w)`).exec(names)?.index;
    const isFolder = !from.startsWith('.') || pythonFolder(path, from) === folderOf(folder);
    if (at !== undefined && isFolder) starts.push(match.index + all.length - names.length + at);
  }
  for (const match of text.matchAll(relative)) {
    const [all, dots = '', rest = ''] = match;
    const place = segmentAt(pythonFolder(path, dots), rest, '.', folder);
    if (place !== undefined) starts.push(match.index + all.indexOf(dots) + dots.length + place);
  }
  return starts;
}

/** The folder that `.`, `..` or `..modules` means in a file. */
function pythonFolder(path: string, from: string): string {
  const dots = /^\.+/.exec(from)?.[0].length ?? 0;
  const parts = folderOf(path).split('/');
  const rest = from
    .slice(dots)
    .split('.')
    .filter((part) => part !== '');
  return [...parts.slice(0, parts.length - dots + 1), ...rest].join('/');
}

/** The offset in `specifier` of the segment with which it reaches `folder`. */
function segmentAt(from: string, specifier: string, mark: '/' | '.', folder: string): number | undefined {
  const path = from === '' ? [] : from.split('/');
  let offset = 0;
  for (const segment of specifier.split(mark)) {
    if (mark === '/' && segment === '..') path.pop();
    else if (segment !== '' && !(mark === '/' && segment === '.')) {
      path.push(segment);
      if (path.join('/') === folder) return offset;
    }
    offset += segment.length + 1;
  }
  return undefined;
}
