/** The first lines of the entries of a block: all lines with the indentation of its first entry. */
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

/** The line after an entry and its nested lines. */
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
