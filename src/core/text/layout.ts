/**
 * Code with places where a line may break, in the manner of formatters: Biome and ruff find nothing to change. This is
 * the only place that knows how wide a line may be.
 */
export type Doc =
  | string
  | readonly Doc[]
  | { readonly kind: 'line'; readonly flat: '' | ' ' }
  | { readonly kind: 'hard-line' }
  | { readonly kind: 'indent'; readonly content: Doc }
  /** On one line if it fits, else all its own lines break. */
  | Group
  /** The first if it fits on one line, up to a part that is broken anyway, else the second. `early` must not break. */
  | { readonly kind: 'choice'; readonly flat: Doc; readonly broken: Doc; readonly early: Doc }
  /** Breaks each line only if what follows does not fit. */
  | { readonly kind: 'fill'; readonly items: readonly Doc[] }
  | { readonly kind: 'if-broken'; readonly broken: Doc; readonly flat: Doc };

interface Group {
  readonly kind: 'group';
  readonly content: Doc;
  readonly isBroken: boolean;
  /** Biome does not join the lines of an object. */
  readonly isKept: boolean;
}

export const lineWidth = 120;

/** A space, or a line break. */
export const line: Doc = { kind: 'line', flat: ' ' };
/** Nothing, or a line break. */
export const softLine: Doc = { kind: 'line', flat: '' };
export const hardLine: Doc = { kind: 'hard-line' };
export const indent = (content: Doc): Doc => ({ kind: 'indent', content });
export const group = (content: Doc): Doc => ({ kind: 'group', content, isBroken: false, isKept: false });
export const keptGroup = (content: Doc): Doc => ({ kind: 'group', content, isBroken: false, isKept: true });
export const brokenGroup = (content: Doc): Doc => ({ kind: 'group', content, isBroken: true, isKept: false });
export const choice = (flat: Doc, broken: Doc, early: Doc = ''): Doc => ({ kind: 'choice', flat, broken, early });
export const fill = (items: readonly Doc[]): Doc => ({ kind: 'fill', items });
export const ifBroken = (broken: Doc, flat: Doc = ''): Doc => ({ kind: 'if-broken', broken, flat });

export function join(separator: Doc, items: readonly Doc[]): Doc[] {
  return items.flatMap((item, index) => (index === 0 ? [item] : [separator, item]));
}

/** Items between brackets, one on each line if they don't fit on one. */
export function bracketed(open: string, items: readonly Doc[], close: string, padding: Doc = softLine): Doc {
  if (items.length === 0) return `${open}${close}`;
  return group([open, indent([padding, ...join([',', line], items)]), ifBroken(','), padding, close]);
}

/** The same with its lines broken. */
export function broken(doc: Doc): Doc {
  return typeof doc === 'object' && 'content' in doc && doc.kind === 'group' ? { ...doc, isBroken: true } : doc;
}

interface Command {
  readonly doc: Doc;
  readonly indent: number;
  readonly isFlat: boolean;
}

/** The code, with `step` spaces for each level. */
export function printDoc(root: Doc, step: number): string {
  const broken = new Set<Doc>();
  for (;;) {
    const before = broken.size;
    const text = printWith(broken, root, step);
    if (broken.size === before) return text;
  }
}

/** Adds the groups that are kept and break to `kept`; those in it break anyway. */
function printWith(kept: Set<Doc>, root: Doc, step: number): string {
  const lines: string[] = [];
  let text = '';
  let column = 0;
  const stack: Command[] = [{ doc: root, indent: 0, isFlat: false }];
  const newLine = (level: number): void => {
    lines.push(text.replace(/ +$/, ''));
    text = ' '.repeat(level);
    column = level;
  };
  for (let command = stack.pop(); command !== undefined; command = stack.pop()) {
    const { doc, indent: level, isFlat } = command;
    const push = (inner: Doc, flat = isFlat): void => void stack.push({ doc: inner, indent: level, isFlat: flat });
    if (typeof doc === 'string') {
      text += doc;
      column += widthOf(doc);
    } else if (isList(doc)) for (const part of doc.toReversed()) push(part);
    else if (doc.kind === 'hard-line') newLine(level);
    else if (doc.kind === 'line') {
      if (isFlat) push(doc.flat);
      else newLine(level);
    } else if (doc.kind === 'indent') stack.push({ doc: doc.content, indent: level + step, isFlat });
    else if (doc.kind === 'if-broken') push(isFlat ? doc.flat : doc.broken);
    else if (doc.kind === 'group') {
      const flat = { doc: doc.content, indent: level, isFlat: true };
      const isNowFlat = !breaks(doc, kept) && (isFlat || fits(flat, stack, column, kept));
      if (doc.isKept && !isNowFlat) kept.add(doc);
      push(doc.content, isNowFlat);
    } else if (doc.kind === 'choice') {
      const flat = { doc: doc.flat, indent: level, isFlat: true };
      if (isFlat || (!breaks(doc.early, kept) && fits(flat, stack, column, kept))) push(doc.flat, true);
      else push(doc.broken);
    } else {
      const [item, separator, ...rest] = doc.items;
      if (item === undefined) continue;
      const isItemFlat = isFlat || fits({ doc: item, indent: level, isFlat: true }, [], column, kept);
      if (separator !== undefined) {
        const pair: Doc = [item, separator, rest[0] ?? ''];
        const isPairFlat = isFlat || fits({ doc: pair, indent: level, isFlat: true }, [], column, kept);
        push(fill(rest));
        push(separator, isPairFlat);
      }
      push(item, isItemFlat);
    }
  }
  return [...lines, text].join('\n');
}

/** Whether the command fits on the line, up to the first line break of what follows. */
function fits(next: Command, following: readonly Command[], column: number, kept: ReadonlySet<Doc>): boolean {
  let room = lineWidth - column;
  let at = following.length;
  const stack = [next];
  while (room >= 0) {
    const command = stack.pop() ?? following[--at];
    if (command === undefined) return true;
    const { doc, indent: level, isFlat } = command;
    if (typeof doc === 'string') room -= widthOf(doc);
    else if (isList(doc)) for (const part of doc.toReversed()) stack.push({ doc: part, indent: level, isFlat });
    else if (doc.kind === 'hard-line') return true;
    else if (doc.kind === 'line') {
      if (!isFlat) return true;
      room -= doc.flat.length;
    } else if (doc.kind === 'indent') stack.push({ doc: doc.content, indent: level, isFlat });
    else if (doc.kind === 'if-broken') stack.push({ doc: isFlat ? doc.flat : doc.broken, indent: level, isFlat });
    else if (doc.kind === 'group')
      stack.push({ doc: doc.content, indent: level, isFlat: isFlat && !breaks(doc, kept) });
    else if (doc.kind === 'choice') stack.push({ doc: doc.flat, indent: level, isFlat });
    else for (const part of doc.items.toReversed()) stack.push({ doc: part, indent: level, isFlat });
  }
  return false;
}

/** Whether the document cannot be on one line. */
function breaks(doc: Doc, kept: ReadonlySet<Doc>): boolean {
  if (typeof doc === 'string') return false;
  if (isList(doc)) return doc.some((part) => breaks(part, kept));
  switch (doc.kind) {
    case 'hard-line':
      return true;
    case 'group':
      return doc.isBroken || kept.has(doc) || breaks(doc.content, kept);
    case 'indent':
      return breaks(doc.content, kept);
    case 'choice':
      return breaks(doc.flat, kept);
    case 'fill':
      return doc.items.some((item) => breaks(item, kept));
    default:
      return false;
  }
}

function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|(?!\p{RI})\p{Emoji_Presentation}/u;

/** Columns of a text: East Asian characters and emoji take two, marks on other characters none. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += wide.test(char) ? 2 : /[\p{Mn}\p{Me}\p{Cf}]/u.test(char) ? 0 : 1;
  return width;
}
