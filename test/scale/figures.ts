/** Prints what a bench of scale has measured, one figure a line: `npm run bench:scale` has no targets, it measures. */
export function print(title: string, figures: Readonly<Record<string, string | number>>): void {
  const lines = Object.entries(figures).map(([name, value]) => `  ${name}: ${value}`);
  process.stdout.write(`${[title, ...lines].join('\n')}\n`);
}

/** The value that a share of all values, such as 0.99, does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
