import { summaryOf, summaryText, textOf } from '../contract/summary.ts';
import type { Type } from '../contract/type.ts';
import { contractOf } from '../manifest/contract.ts';
import { eventNames } from '../manifest/events.ts';
import type { Manifest } from '../manifest/schema.ts';
import { printable } from '../text/display.ts';

const maxLines = 60;

/** The types of a module for people, those of its input and output first; empty if it has none. */
export function reportTypes(manifest: Manifest): string {
  const { types, roots } = contractOf(manifest);
  const declared = [...types.keys()].filter((name) => !roots.some((root) => root.name === name));
  const named = [
    ...roots.map(({ subject, name }) => [subject, name] as const),
    ...declared.map((name) => [name, name] as const),
  ];
  const lines = named.flatMap(([subject, name]) => {
    const type = types.get(name);
    return type === undefined ? [] : linesOf(subject, type);
  });
  if (lines.length === 0) return '';
  const more = lines.length > maxLines ? [`  and ${lines.length - maxLines} more lines`] : [];
  return printable(`Types:\n${[...lines.slice(0, maxLines), ...more].join('\n')}\n`);
}

function linesOf(subject: string, type: Type): string[] {
  const parts = summaryOf(type);
  if (parts.length === 0) return [`  ${subject}: ${textOf(type)}`];
  return [`  ${subject}`, ...parts.map((part) => `    ${summaryText(part)}`)];
}

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
