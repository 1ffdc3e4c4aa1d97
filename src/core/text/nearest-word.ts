/**
 * The most similar of `words`, for "did you mean". Compares by Damerau distance (swapping two adjacent letters is one
 * edit), ignoring case. A common prefix of at least three letters counts as distance 1.
 */
export function nearestWord(given: string, words: Iterable<string>): string | undefined {
  return nearWords(given, words)[0];
}

/** All similar words, the nearest first. */
export function nearWords(given: string, words: Iterable<string>): string[] {
  const lower = given.toLowerCase();
  const near: { word: string; distance: number }[] = [];
  for (const word of words) {
    const candidate = word.toLowerCase();
    const isPrefix = lower.length >= 3 && (candidate.startsWith(lower) || lower.startsWith(candidate));
    const distance = isPrefix ? 1 : damerau(lower, candidate);
    if (distance <= Math.max(1, Math.floor(candidate.length / 3))) near.push({ word, distance });
  }
  return near.sort((a, b) => a.distance - b.distance).map(({ word }) => word);
}

function damerau(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const above = rows[i - 1] as number[];
      let value = Math.min((above[j] as number) + 1, (row[j - 1] as number) + 1, (above[j - 1] as number) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, ((rows[i - 2] as number[])[j - 2] as number) + 1);
      }
      row.push(value);
    }
    rows.push(row);
  }
  return (rows[a.length] as number[])[b.length] as number;
}
