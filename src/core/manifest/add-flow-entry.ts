interface Flow {
  /** Offsets of the entries and of the closing bracket. */
  readonly starts: readonly number[];
  readonly close: number;
}

/**
 * Adds an entry to a list or mapping in brackets, before the entry `index` or at the end. `open` is the offset of the opening
 * bracket. Returns `undefined` if there is no closing one.
 */
export function addFlowEntry(text: string, open: number, entry: string, index: number): string | undefined {
  const flow = readFlow(text, open);
  if (flow === undefined) return undefined;
  const { starts, close } = flow;
  const at = starts[index];
  const last = starts.at(-1);
  if (last === undefined) return `${text.slice(0, open + 1)}${entry}${text.slice(close)}`;
  const between = `,${gapBefore(text, starts[1] ?? last, open)}`;
  if (at !== undefined) return `${text.slice(0, at)}${entry}${between}${text.slice(at)}`;
  const end = last + text.slice(last, close).trimEnd().replace(/,$/, '').length;
  return `${text.slice(0, end)}${between}${entry}${text.slice(end)}`;
}

/** The white space before an entry: a space, or a line break and indentation. */
function gapBefore(text: string, start: number, open: number): string {
  const gap = /\s*$/.exec(text.slice(open + 1, start))?.[0] ?? '';
  return gap.includes('\n') ? gap.slice(gap.lastIndexOf('\n') - (gap.includes('\r\n') ? 1 : 0)) : ' ';
}

function readFlow(text: string, open: number): Flow | undefined {
  const starts: number[] = [];
  let [depth, isFresh] = [0, true];
  for (let at = open; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (/\s/.test(sign)) continue;
    if (sign === '#' && /\s/.test(text[at - 1] ?? ' ')) {
      at = endOfLine(text, at);
      continue;
    }
    if ((sign === ']' || sign === '}') && depth === 1) return { starts, close: at };
    if (depth === 1 && isFresh) starts.push(at);
    isFresh = (depth === 0 || depth === 1) && (sign === ',' || depth === 0);
    if (sign === '[' || sign === '{') depth += 1;
    if (sign === ']' || sign === '}') depth -= 1;
    if (sign === '"' || sign === "'") at = endOfQuoted(text, at);
  }
  return undefined;
}

function endOfQuoted(text: string, from: number): number {
  const quote = text[from] as string;
  for (let at = from + 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (quote !== "'" || text[at + 1] !== "'") return at;
      at += 1;
    }
  }
  return text.length;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
