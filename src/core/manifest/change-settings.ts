import { addEntry } from './add-entry.ts';

/** Changes that a newer template pack makes to the settings in a manifest. */
export interface SettingChanges {
  readonly rename: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
  /** Added only if they are missing. */
  readonly add: Readonly<Record<string, string | number | boolean>>;
}

/** Changes keys of `configuration` and no other byte; `undefined` if `configuration` is written in braces. */
export async function changeSettings(
  text: string,
  { rename, remove, add }: SettingChanges,
): Promise<string | undefined> {
  let changed = text;
  for (const [from, to] of Object.entries(rename)) {
    const found = findSetting(changed, from);
    if (found === 'unreadable') return undefined;
    if (found === undefined || hasSetting(changed, to)) continue;
    const { lines, at } = found;
    changed = lines.map((line, index) => (index === at ? line.replace(from, to) : line)).join('');
  }
  for (const key of remove) {
    const found = findSetting(changed, key);
    if (found === 'unreadable') return undefined;
    if (found) changed = [...found.lines.slice(0, found.at), ...found.lines.slice(found.end)].join('');
  }
  for (const [key, value] of Object.entries(add)) {
    if (hasSetting(changed, key)) continue;
    const longer = await addEntry(changed, { list: 'configuration', key, value });
    if (!('text' in longer)) return undefined;
    changed = longer.text;
  }
  return changed;
}

function hasSetting(text: string, key: string): boolean {
  return typeof findSetting(text, key) === 'object';
}

type Found = { readonly lines: readonly string[]; readonly at: number; readonly end: number };

function findSetting(text: string, key: string): Found | 'unreadable' | undefined {
  const lines = text.split(/(?<=\n)/);
  const head = lines.findIndex((line) => line.startsWith('configuration:'));
  if (head === -1) return undefined;
  if (/^configuration:[ \t]*\{[ \t]*[^} \t]/.test(lines[head] as string)) return 'unreadable';
  const at = entriesBelow(lines, head).find((line) => keyOf(lines[line] as string) === key);
  return at === undefined ? undefined : { lines, at, end: endOfEntry(at, lines) };
}

function keyOf(line: string): string {
  return /^\s*["']?([\w-]+)["']?\s*:/.exec(line)?.[1] ?? '';
}

/** The first lines of the entries of a block: all lines with the indentation of its first entry. */
function entriesBelow(lines: readonly string[], head: number): number[] {
  const found: number[] = [];
  let indent: number | undefined;
  for (let at = head + 1; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (/^[ \t]*(#|\r?\n?$)/.test(line)) continue;
    const depth = /^ */.exec(line)?.[0].length ?? 0;
    if (depth === 0 && !line.startsWith('- ')) break;
    indent ??= depth;
    if (depth === indent) found.push(at);
  }
  return found;
}

/** The line after an entry and its nested lines. */
function endOfEntry(item: number, lines: readonly string[]): number {
  const indent = /^ */.exec(lines[item] as string)?.[0].length ?? 0;
  let end = item + 1;
  for (let at = end; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (/^[ \t]*(#|\r?\n?$)/.test(line)) continue;
    if ((/^ */.exec(line)?.[0].length ?? 0) <= indent) break;
    end = at + 1;
  }
  return end;
}
