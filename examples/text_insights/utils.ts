import type { JsonObject } from 'ai-module-runtime';

const WORD = /[\p{L}\p{N}]+/gu;
const TOP_WORDS = 5;

/** All strings in a JSON value, depth first and in the order of the keys. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** Cuts a text into pieces of about `size` UTF-16 units, never inside a word. */
export function cutIntoPieces(text: string, size: number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + size < text.length ? wordEndAfter(text, start + size) : text.length;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** Counts what it is given, piece by piece. */
export class TextStatistics {
  #characters = 0;
  #words = 0;
  readonly #counts = new Map<string, number>();

  add(text: string): void {
    for (const _ of text) this.#characters += 1;
    for (const [word] of text.toLowerCase().matchAll(WORD)) {
      this.#words += 1;
      this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
    }
  }

  summary(): JsonObject {
    const ranked = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return {
      characters: this.#characters,
      words: this.#words,
      unique_words: this.#counts.size,
      top_words: ranked.slice(0, TOP_WORDS).map(([word, count]) => ({ word, count })),
    };
  }
}

/** The first place at or after `index` that is not inside a run of letters, digits or half characters. */
function wordEndAfter(text: string, index: number): number {
  const rest = /[^\p{L}\p{N}\p{M}\p{Cs}]/u;
  const offset = text.slice(index).search(rest);
  return offset < 0 ? text.length : index + offset;
}
