import { parseYaml, type YamlEntry, type YamlNode } from './exact.ts';
import { readYaml } from './fast.ts';
import { printBehindKey, printBlock, printEntry, printFlow, printItem } from './print.ts';
import { isMapping, isSame } from './same.ts';

/**
 * Adds to a text what its value lacks of `wanted`: keys and items of lists, in the order of `wanted`. A scalar becomes an
 * object if `wanted` has one whose first value is the scalar. No other byte changes. Returns `undefined` if the text has
 * something that `wanted` lacks, or is written in a style that this function cannot edit.
 */
export async function addToYaml(text: string, wanted: unknown): Promise<string | undefined> {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const source = await parseYaml(text);
  const root = source.root();
  if (source.problems.length > 0 || root === undefined) return undefined;
  const editor = new Editor(source.text);
  editor.change(root, source.value, wanted, { depth: 0, isFlow: false });
  const edited = mark + editor.edited();
  const after = await readYaml(edited).catch(() => undefined);
  return isSame(after, wanted) ? edited : undefined;
}

interface Insertion {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

interface Place {
  readonly depth: number;
  /** Whether the node is in braces or brackets, itself or a parent. */
  readonly isFlow: boolean;
}

type Value = Readonly<Record<string, unknown>>;

/** Collects edits. Whatever it cannot edit stays, so that the result is not what is wanted. */
class Editor {
  readonly #text: string;
  readonly #ending: string;
  readonly #edits: Insertion[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#ending = text.includes('\r\n') ? '\r\n' : '\n';
  }

  edited(): string {
    const last = this.#edits.map((edit, index) => ({ ...edit, index }));
    last.sort((a, b) => b.from - a.from || b.index - a.index);
    return last.reduce((text, { from, to, text: more }) => text.slice(0, from) + more + text.slice(to), this.#text);
  }

  change(node: YamlNode, before: unknown, wanted: unknown, place: Place): void {
    if (isSame(before, wanted)) return;
    const isFlow = place.isFlow || (node.kind !== 'other' && node.isFlow);
    if (node.kind === 'map' && isMapping(before) && isMapping(wanted)) {
      for (const entry of node.entries) {
        const { key, value } = entry;
        const inner = { depth: place.depth + 1, isFlow };
        if (!isFlow && isEmpty(before[key]) && !isEmpty(wanted[key]))
          this.#fill(entry, wanted[key], this.#columnOf(node), place.depth === 0);
        else if (Object.hasOwn(wanted, key)) this.change(value, before[key], wanted[key], inner);
      }
      if (isFlow) this.#addToFlow(node, keyStarts(node), ...newEntries(before, wanted));
      else this.#addKeys(node, before, wanted, place.depth === 0);
    } else if (node.kind === 'list' && Array.isArray(before) && Array.isArray(wanted))
      this.#changeList(node, before, wanted, { depth: place.depth, isFlow });
    else if (node.kind === 'other' && isMapping(wanted)) this.#wrap(node, before, wanted, isFlow);
  }

  /** Items that are wanted as they are, or as an object with them, stay in their order. The others are new. */
  #changeList(node: YamlNode & { kind: 'list' }, before: unknown[], wanted: unknown[], place: Place): void {
    let found = 0;
    const added: [item: unknown, next: number][] = [];
    for (const item of wanted) {
      if (found < before.length && isExtended(before[found], item)) {
        this.change(node.items[found] as YamlNode, before[found], item, { ...place, depth: place.depth + 1 });
        found += 1;
      } else added.push([item, found]);
    }
    if (place.isFlow) {
      const starts = node.items.map(({ span }) => span[0]);
      this.#addToFlow(node, starts, ...transposed(added.map(([item, next]) => [printFlow(item), next] as const)));
    } else for (const [item, next] of added) this.#addItem(node, item, next);
  }

  #addItem(node: YamlNode & { kind: 'list' }, item: unknown, next: number): void {
    const first = node.items[0];
    if (first === undefined) return;
    const column = this.#columnAt(this.#dashOf(first));
    const text = `${' '.repeat(column)}- ${printItem(item, column)}`;
    const nextItem = node.items[next];
    if (nextItem === undefined) this.#insertAfter(node.items.at(-1) as YamlNode, text);
    else this.#insertAbove(this.#dashOf(nextItem), text);
  }

  #addKeys(node: YamlNode & { kind: 'map' }, before: Value, wanted: Value, isRoot: boolean): void {
    const column = this.#columnOf(node);
    const order = Object.keys(wanted);
    for (const [index, key] of order.entries()) {
      if (Object.hasOwn(before, key)) continue;
      const text = `${' '.repeat(column)}${printEntry(key, wanted[key], column, isRoot)}`;
      const next = order.slice(index + 1).find((other) => Object.hasOwn(before, other));
      const start = node.entries.find((one) => one.key === next)?.start;
      if (start !== undefined && /^[ \t]*$/.test(this.#text.slice(this.#lineStart(start), start)))
        this.#insertAbove(start, text, isRoot);
      else this.#insertAfter(node.entries.at(-1)?.value ?? node, text);
    }
  }

  /** Gives a key without a value, or with an empty list or mapping, a value. */
  #fill({ key, start, value: node }: YamlEntry, value: unknown, column: number, isBlock: boolean): void {
    const colon = this.#text.indexOf(':', start + key.length) + 1;
    const to = Math.max(colon, node.span[1]);
    const text = printBehindKey(value, column, colon - start + column, isBlock);
    if (!text.startsWith('\n')) this.#edits.push({ from: colon, to, text });
    else {
      this.#edits.push({ from: colon, to, text: '' });
      this.#insertAfter({ kind: 'other', span: [colon, to] }, text.slice(1));
    }
  }

  /** `- a.b` becomes `- { event: a.b, … }`, or keys below each other. The scalar keeps its quotes. */
  #wrap(node: YamlNode, before: unknown, wanted: Value, isFlow: boolean): void {
    const [from, to] = node.span;
    const [first, ...others] = Object.entries(wanted);
    if (first === undefined || !isSame(first[1], before)) return;
    const column = this.#columnAt(from);
    const flow = printItem(wanted, column - 2);
    if (isFlow || !flow.includes('\n')) {
      const more = others.map(([key, value]) => `, ${key}: ${printFlow(value)}`).join('');
      this.#edits.push({ from, to: from, text: `{ ${first[0]}: ` }, { from: to, to, text: `${more} }` });
    } else {
      this.#edits.push({ from, to: from, text: `${first[0]}: ` });
      this.#insertAfter(node, printBlock(Object.fromEntries(others), column));
    }
  }

  /** Each entry goes before the entry with the index beside it, or to the end. */
  #addToFlow(node: YamlNode, starts: readonly number[], entries: readonly string[], before: readonly number[]): void {
    const [open, end] = node.span;
    const last = ends(node).at(-1);
    if (last === undefined) {
      if (entries.length === 0) return;
      const text = node.kind === 'map' ? `{ ${entries.join(', ')} }` : `[${entries.join(', ')}]`;
      this.#edits.push({ from: open, to: end, text });
      return;
    }
    const gap = /\s*$/.exec(this.#text.slice(open + 1, starts[1] ?? starts[0]))?.[0] ?? '';
    const lineBreak = gap.lastIndexOf('\n') - (gap.includes('\r\n') ? 1 : 0);
    const space = gap.includes('\n') ? gap.slice(lineBreak) : ' ';
    for (const [index, entry] of entries.entries()) {
      const at = starts[before[index] as number];
      if (at !== undefined) this.#edits.push({ from: at, to: at, text: `${entry},${space}` });
    }
    const appended = entries.filter((_, index) => starts[before[index] as number] === undefined);
    if (appended.length === 0) return;
    // Behind a comma and a comment, if the next entry has a line of its own.
    const [behind = '', comma = ''] = (space !== ' ' && /^(,?)[ \t]*(?:#[^\r\n]*)?/.exec(this.#text.slice(last))) || [];
    if (comma === '') this.#edits.push({ from: last, to: last, text: ',' });
    const at = last + behind.trimEnd().length;
    this.#edits.push({ from: at, to: at, text: `${space}${appended.join(`,${space}`)}${comma}` });
  }

  /** Above the line of `start` and the comments directly above it. */
  #insertAbove(start: number, text: string, isSection = false): void {
    let at = this.#lineStart(start);
    while (at > 0 && /^[ \t]*#/.test(this.#text.slice(this.#lineStart(at - 1), at))) at = this.#lineStart(at - 1);
    const above = at === 0 ? 'text' : this.#text.slice(this.#lineStart(at - 1), at).trim();
    this.#insertLines(at, `${text}\n${isSection && above === '' ? '\n' : ''}`);
  }

  #insertAfter(node: YamlNode, text: string): void {
    const end = this.#endOf(node);
    const isDone = end > 0 && this.#text[end - 1] === '\n';
    const lineEnd = this.#text.indexOf('\n', end);
    if (isDone) this.#insertLines(end, `${text}\n`);
    else if (lineEnd === -1) this.#insertLines(this.#text.length, `\n${text}\n`);
    else this.#insertLines(lineEnd + 1, `${text}\n`);
  }

  #insertLines(at: number, text: string): void {
    this.#edits.push({ from: at, to: at, text: text.replaceAll('\n', this.#ending) });
  }

  /** The end of the last scalar or closing bracket in a node. */
  #endOf(node: YamlNode): number {
    if (node.kind === 'other' || node.isFlow) return node.span[1];
    const last = node.kind === 'map' ? node.entries.at(-1)?.value : node.items.at(-1);
    return last === undefined ? node.span[1] : this.#endOf(last);
  }

  #columnOf(node: YamlNode & { kind: 'map' }): number {
    return this.#columnAt(node.entries[0]?.start ?? node.span[0]);
  }

  #columnAt(offset: number): number {
    return offset - this.#lineStart(offset);
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf('\n', offset - 1) + 1;
  }

  #dashOf(item: YamlNode): number {
    return this.#text.lastIndexOf('-', item.span[0] - 1);
  }
}

function keyStarts(node: YamlNode & { kind: 'map' }): number[] {
  return node.entries.map(({ start }) => start);
}

function ends(node: YamlNode): number[] {
  if (node.kind === 'map') return node.entries.map(({ value }) => value.span[1]);
  return node.kind === 'list' ? node.items.map(({ span }) => span[1]) : [];
}

function newEntries(before: Value, wanted: Value): [entries: string[], next: number[]] {
  const known = Object.keys(before);
  const order = Object.keys(wanted);
  const added = order.flatMap((key, index) => {
    if (Object.hasOwn(before, key)) return [];
    const next = order.slice(index + 1).find((other) => Object.hasOwn(before, other));
    const entry = printFlow({ [key]: wanted[key] }).slice(2, -2);
    return [[entry, next === undefined ? known.length : known.indexOf(next)] as const];
  });
  return transposed(added);
}

function transposed(pairs: ReadonlyArray<readonly [string, number]>): [string[], number[]] {
  return [pairs.map(([text]) => text), pairs.map(([, next]) => next)];
}

/** Whether `wanted` has at least what `before` has. */
function isExtended(before: unknown, wanted: unknown): boolean {
  if (isSame(before, wanted)) return true;
  if (!isMapping(wanted)) return false;
  if (!isMapping(before)) return isSame(Object.values(wanted)[0], before);
  const [first] = Object.keys(before);
  return first !== undefined && isSame(before[first], wanted[first]);
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
}
