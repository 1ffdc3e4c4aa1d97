/**
 * Adds an item to a list of strings in TOML, such as `dependencies` of `[project]`: sorted if the list is sorted, else last.
 * `undefined` if the list is missing or has a form that is not supported.
 */
export function addToTomlList(text: string, table: string, key: string, item: string): string | undefined {
  const range = tableRange(text, table);
  if (range === undefined) return undefined;
  const list = new RegExp(`^${key}[ \\t]*=[ \\t]*\\[`, 'm').exec(text.slice(range.from, range.to));
  if (list === null) return undefined;
  const start = range.from + list.index + list[0].length;
  const end = closingBracket(text, start);
  if (end === undefined) return undefined;
  const body = text.slice(start, end);
  const quoted = JSON.stringify(item);
  if (!body.includes('\n')) {
    const gap = body.trim() === '' ? '' : body.trimEnd().endsWith(',') ? ' ' : ', ';
    return `${text.slice(0, start)}${body.trimEnd()}${gap}${quoted}${text.slice(end)}`;
  }
  const lines = body.split('\n');
  const items = lines.flatMap((line, index) => {
    const name = /^\s*["']([^"']+)["']/.exec(line)?.[1];
    return name === undefined ? [] : [{ name: name.toLowerCase(), index }];
  });
  const indent = /^\s*/.exec(lines[items[0]?.index ?? 0] ?? '')?.[0] || '    ';
  const isSorted = items.every(({ name }, at) => at === 0 || (items[at - 1]?.name ?? '') <= name);
  const later = isSorted ? items.find(({ name }) => name > item.toLowerCase()) : undefined;
  const ending = text.includes('\r\n') ? '\r' : '';
  if (later !== undefined) lines.splice(later.index, 0, `${indent}${quoted},${ending}`);
  else {
    const last = items.at(-1)?.index ?? 0;
    // The item before needs a comma.
    if (items.length > 0) lines[last] = (lines[last] ?? '').replace(/(["'])(\s*)(#.*)?(\r?)$/, '$1,$2$3$4');
    lines.splice(last + 1, 0, `${indent}${quoted},${ending}`);
  }
  return `${text.slice(0, start)}${lines.join('\n')}${text.slice(end)}`;
}

/** Adds a line to a table, and the table if it is missing. */
export function addToTomlTable(text: string, table: string, line: string): string {
  const range = tableRange(text, table);
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  if (range === undefined) return `${text.trimEnd()}${ending}${ending}[${table}]${ending}${line}${ending}`;
  const inside = text.slice(range.from, range.to);
  const at = range.from + inside.trimEnd().length;
  return `${text.slice(0, at)}${ending}${line}${text.slice(at)}`;
}

/** From behind the header of a table to the next header. */
function tableRange(text: string, table: string): { readonly from: number; readonly to: number } | undefined {
  const header = new RegExp(`^\\[${table.replaceAll('.', '\\.')}\\][ \\t]*(?:#.*)?\\r?$`, 'm').exec(text);
  if (header === null) return undefined;
  const from = header.index + header[0].length;
  const next = /^\[/m.exec(text.slice(from));
  return { from, to: next === null ? text.length : from + next.index };
}

function closingBracket(text: string, start: number): number | undefined {
  let quote = '';
  for (let at = start; at < text.length; at += 1) {
    const char = text[at] as string;
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '#') at = text.indexOf('\n', at) === -1 ? text.length : text.indexOf('\n', at);
    else if (char === '[') at = closingBracket(text, at + 1) ?? text.length;
    else if (char === ']') return at;
  }
  return undefined;
}
