import type { Diagnostic } from '../diagnostic.ts';

export interface DiagnosticsByAge {
  /** The diagnostics that are not in `before`. */
  readonly added: readonly Diagnostic[];
  readonly existing: readonly Diagnostic[];
}

/** Compares two checks of the same modules by rule, file and message, because an edit moves lines and indexes of entries. */
export function diagnosticsByAge(before: readonly Diagnostic[], after: readonly Diagnostic[]): DiagnosticsByAge {
  const counts = new Map<string, number>();
  for (const one of before) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  const [added, existing]: [Diagnostic[], Diagnostic[]] = [[], []];
  for (const one of after) {
    const left = counts.get(keyOf(one)) ?? 0;
    (left > 0 ? existing : added).push(one);
    counts.set(keyOf(one), left - 1);
  }
  return { added, existing };
}

function keyOf({ rule, file, message }: Diagnostic): string {
  return JSON.stringify([rule, file, message.replace(/\[\d+\]/g, '[]')]);
}
