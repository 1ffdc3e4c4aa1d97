import { eventNames } from '../manifest/events.ts';
import type { Manifest } from '../manifest/schema.ts';
import { printable } from '../text/display.ts';

const narrowest = 40;

/** What a module promises and needs, in a line or more for each part. */
export function reportContract(manifest: Manifest, columns = 100): string {
  const parts = [
    ['description', [manifest.description]],
    ['endpoints', manifest.endpoints.map((entry) => (typeof entry === 'string' ? entry : entry.endpoint))],
    ['permissions', manifest.permissions_required],
    ['emits', eventNames(manifest.events_emitted)],
    ['handles', eventNames(manifest.events_subscribed)],
    ['depends on', manifest.dependencies],
    ['settings', Object.keys(manifest.configuration)],
  ] as const;
  const width = Math.max(narrowest, columns) - indent.length;
  const lines = parts.flatMap(([title, entries]) => {
    if (entries.length === 0) return [];
    const [first = '', ...more] = wrapped(entries, width);
    return [`  ${title.padEnd(indent.length - 2)}${first}`, ...more.map((line) => `${indent}${line}`)];
  });
  return printable(`Contract:\n${lines.join('\n')}\n`);
}

const indent = ' '.repeat(15);

/** The entries, separated by commas, in lines of at most `width` characters where entries allow that. */
function wrapped(entries: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const [at, entry] of entries.entries()) {
    const text = at === entries.length - 1 ? entry : `${entry},`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= width) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
  }
  return lines;
}
