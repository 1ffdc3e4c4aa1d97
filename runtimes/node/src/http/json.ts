/** Text that PostgreSQL can't store, or that is no text: U+0000 and unpaired surrogates. */
const UNUSABLE_TEXT = /[\0\p{Surrogate}]/u;
/** A string, which is skipped, or a number. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * Parses JSON that every language reads the same way. Throws for a number outside the range of a double, an integer beyond
 * ±(2^53 − 1), U+0000 and unpaired surrogates.
 */
export function parseInteroperable(text: string): unknown {
  const value: unknown = JSON.parse(text);
  let hasLargeNumber = false;
  // Without recursion: the client chooses the depth.
  for (let level = [value]; level.length > 0; ) {
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each === 'string') assertText(each);
      else if (typeof each === 'number') hasLargeNumber ||= Math.abs(each) > Number.MAX_SAFE_INTEGER;
      else if (Array.isArray(each)) for (const item of each) next.push(item);
      else if (each !== null && typeof each === 'object')
        for (const [key, item] of Object.entries(each)) {
          assertText(key);
          next.push(item);
        }
    }
    level = next;
  }
  if (hasLargeNumber) assertNumbers(text);
  return value;
}

function assertText(text: string): void {
  if (UNUSABLE_TEXT.test(text)) throw new SyntaxError('a string with U+0000 or an unpaired surrogate');
}

function assertNumbers(text: string): void {
  for (const [token] of text.matchAll(TOKENS)) {
    if (token.startsWith('"')) continue;
    const value = Number(token);
    const isValid = /[.eE]/.test(token) ? Number.isFinite(value) : Number.isSafeInteger(value);
    if (!isValid) throw new SyntaxError('a number out of range');
  }
}
