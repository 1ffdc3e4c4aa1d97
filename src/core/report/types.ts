import { summaryOf, summaryText, textOf } from '../contract/summary.ts';
import type { Type } from '../contract/type.ts';
import { contractOf } from '../manifest/contract.ts';
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
