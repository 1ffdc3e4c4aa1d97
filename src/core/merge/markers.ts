import { agreed, conflict, type Part } from './regions.ts';

/** Labels of conflict markers: `base fastapi@1.2.0`, `fastapi@1.3.0`. The user's side is always `yours`. */
export interface MergeLabels {
  readonly base: string;
  readonly theirs: string;
}

export function markConflict(
  part: Extract<Part, { kind: 'conflict' }>,
  labels: MergeLabels,
  size = 7,
): readonly string[] {
  const mark = (sign: string) => sign.repeat(size);
  return [
    `${mark('<')} yours`,
    ...part.mine,
    `${mark('|')} ${labels.base}`,
    ...part.base,
    mark('='),
    ...part.theirs,
    `${mark('>')} ${labels.theirs}`,
  ];
}

/** The reason for a file with conflict markers. */
export const hasUnresolved = 'has unresolved conflicts';

/** The 1-based first lines of unresolved conflicts, of this tool or of git. */
export function unresolvedLines(text: string): number[] {
  const found: number[] = [];
  let [start, hasMiddle] = [0, false];
  text.split('\n').forEach((line, at) => {
    if (line.startsWith('<<<<<<< ')) [start, hasMiddle] = [at + 1, false];
    else if (start > 0 && /^=======\r?$/.test(line)) hasMiddle = true;
    else if (hasMiddle && line.startsWith('>>>>>>> ')) {
      found.push(start);
      [start, hasMiddle] = [0, false];
    }
  });
  return found;
}

/** Parses a text with conflict markers. Ignores their labels. */
export function readMarkers(lines: readonly string[], size = 7): Part[] {
  const parts: Part[] = [];
  const signOf = (line: string) => {
    const sign = line[0] ?? '';
    const isMark = '<|=>'.includes(sign) && sign !== '' && line.startsWith(sign.repeat(size));
    return isMark && (line.length === size || ' \r'.includes(line[size] as string)) ? sign : undefined;
  };
  let [plain, sides, side] = [[] as string[], { '<': [], '|': [], '=': [] } as Record<string, string[]>, ''];
  for (const line of lines) {
    const sign = signOf(line);
    if (side === '' && sign === '<') {
      parts.push(agreed(plain));
      [plain, sides, side] = [[], { '<': [], '|': [], '=': [] }, '<'];
    } else if (side !== '' && (sign === '|' || sign === '=')) side = sign;
    else if (side !== '' && sign === '>') {
      parts.push(conflict(sides['|'] ?? [], sides['<'] ?? [], sides['='] ?? []));
      side = '';
    } else (side === '' ? plain : (sides[side] as string[])).push(line);
  }
  return [...parts, agreed(plain)];
}

/** Whether a text contains a conflict. */
export function hasMarkers(text: string): boolean {
  return /^<{7}/m.test(text) && readMarkers(text.split('\n')).some(({ kind }) => kind === 'conflict');
}

/** Resolves all conflicts in a text to one side. */
export function pickSide(text: string, side: 'mine' | 'theirs'): string {
  return readMarkers(text.split('\n'))
    .flatMap((part) => (part.kind === 'agreed' ? part.lines : part[side]))
    .join('\n');
}
