/** Text that PostgreSQL can't store, or that is no text: U+0000 and unpaired surrogates. */
export const UNUSABLE_TEXT = /[\0\p{Surrogate}]/u;
/** What JSON in UTF-8 can't have. */
export const UNPAIRED_SURROGATE = /\p{Surrogate}/u;
/** A string, which is skipped, or a number. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * Parses JSON that every language reads the same way. Throws for a number outside the range of a double, an integer beyond
 * ±(2^53 − 1), U+0000 and unpaired surrogates.
 */
export function parseInteroperable(text: string): unknown {
  const value: unknown = JSON.parse(text);
  let hasLargeNumber = false;
  for (const each of scalarsOf(value)) {
    if (typeof each === 'number') hasLargeNumber ||= Math.abs(each) > Number.MAX_SAFE_INTEGER;
    else if (!isUsable(each)) throw new SyntaxError('a string with U+0000 or an unpaired surrogate');
  }
  if (hasLargeNumber) assertNumbers(text);
  return value;
}

/** Whether no string or key of a JSON value contains what is `unusable`. */
export function hasOnlyUsableText(value: unknown, unusable = UNUSABLE_TEXT): boolean {
  for (const each of scalarsOf(value)) if (!isUsable(each, unusable)) return false;
  return true;
}

function isUsable(scalar: unknown, unusable = UNUSABLE_TEXT): boolean {
  return typeof scalar !== 'string' || !unusable.test(scalar);
}

/** The keys and scalars of a JSON value. Without recursion: the client chooses the depth. */
function* scalarsOf(value: unknown): Generator<unknown> {
  // What a module returns may refer to itself.
  const seen = new Set<object>();
  for (let level = [value]; level.length > 0; ) {
    const next: unknown[] = [];
    for (const each of level) {
      if (each === null || typeof each !== 'object') {
        yield each;
        continue;
      }
      if (seen.has(each)) continue;
      seen.add(each);
      if (Array.isArray(each)) for (const item of each) next.push(item);
      else
        for (const [key, item] of Object.entries(each)) {
          yield key;
          next.push(item);
        }
    }
    level = next;
  }
}

function assertNumbers(text: string): void {
  for (const [token] of text.matchAll(TOKENS)) {
    if (token.startsWith('"')) continue;
    const value = Number(token);
    const isValid = /[.eE]/.test(token) ? Number.isFinite(value) : Number.isSafeInteger(value);
    if (!isValid) throw new SyntaxError('a number out of range');
  }
}
