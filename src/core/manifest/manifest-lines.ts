/** The first lines of a block's entries: all that stand as far in as its first one. */
export function entriesBelow(lines: readonly string[], head: number): number[] {
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

/** Behind an entry and what belongs to it. */
export function endOfEntry(item: number, lines: readonly string[]): number {
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
