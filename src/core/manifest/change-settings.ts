import { addEntry, endOfEntry, entriesBelow } from './add-entry.ts';

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
    if (longer === undefined) return undefined;
    changed = longer;
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
