import type { Format } from './type.ts';

/*
 * The runtimes have the same expressions, in `types.ts` and `types.py`; a test compares what they accept. They match the
 * whole text, and use nothing that JavaScript and Python read differently.
 */

const monthAndDay = [
  '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])',
  '(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)',
  '02-(?:0[1-9]|1[0-9]|2[0-8])',
].join('|');
const leapYear = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const date = `(?!0000)(?:[0-9]{4}-(?:${monthAndDay})|${leapYear}-02-29)`;
const time = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?';
const offset = '(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])';
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

export const formatPatterns: Readonly<Record<Format, string>> = {
  date,
  'date-time': `${date}T${time}${offset}`,
  uuid: '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}',
  email: `[A-Za-z0-9.!#$%&'*+/=?^_\`{|}~-]+@${label}(?:\\.${label})+`,
  uri: "[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+",
};

const compiled = new Map(
  Object.entries(formatPatterns).map(([name, text]) => [name, new RegExp(`^(?:${text})$`, 'u')]),
);

export function hasFormat(value: string, format: Format): boolean {
  return compiled.get(format)?.test(value) ?? false;
}

export const formatSamples: Readonly<Record<Format, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  email: 'ada@example.com',
  uri: 'https://example.com/',
};
