import { stringify } from 'yaml';
import { hostileTexts } from '../hostile.ts';
import type { Draw } from '../pack/random-manifest.ts';

/** One value in several styles: of this tool, of people and of other tools. */
export function styles(draw: Draw, value: object): string[] {
  const json = (inner: unknown) => JSON.stringify(inner);
  const quoted = Object.entries(value).map(([key, inner]) => {
    if (Array.isArray(inner) && draw.flag()) return `${key}:\n${inner.map((item) => `  - ${json(item)}\n`).join('')}`;
    if (typeof inner !== 'object' || Array.isArray(inner)) return `${key}: ${json(inner)}\n`;
    const lines = Object.entries(inner as object).map(([name, item]) =>
      typeof item === 'object' && draw.flag()
        ? `  ${name}:\n${Object.entries(item as object)
            .map(([part, last]) => `    ${part}: ${json(last)}\n`)
            .join('')}`
        : `  ${name}: ${json(item).replaceAll('":', '": ')}\n`,
    );
    return lines.length === 0 ? `${key}: {}\n` : `${key}:\n${lines.join('')}`;
  });
  return [
    quoted.join(draw.flag() ? '\n' : ''),
    stringify(value),
    stringify(value, { collectionStyle: 'any', lineWidth: 0, defaultStringType: 'PLAIN', indentSeq: draw.flag() }),
    `# a comment\n${stringify(value, { defaultStringType: 'QUOTE_SINGLE', lineWidth: 0 })}`,
  ];
}

const pieces = [
  ...['\t', ' ', '  ', '\n', '\r', '\r\n', '\u0085', '\u00a0', '\u2028', '\ufeff', '\u0000', '\ud800', '😀', 'é'],
  ...[
    '-',
    '- ',
    '-\n',
    ':',
    ': ',
    ':\n',
    '#',
    ' # ',
    '"',
    "'",
    '\\',
    '\\"',
    '\\x41',
    '\\ud83d',
    ',',
    '[',
    ']',
    '{',
    '}',
    '[]',
  ],
  ...[
    '|',
    '>',
    '|-',
    '>+2',
    '&a ',
    '*a',
    '!!str ',
    '!',
    '%YAML 1.1',
    '---\n',
    '--- ',
    '...\n',
    '? ',
    '<<: ',
    '@',
    '`',
    '=',
    '~',
  ],
  ...[
    'null',
    'on',
    'yes',
    'true',
    'True',
    '0x1F',
    '0o17',
    '0b1',
    '017',
    '1_000',
    '1e3',
    '1E+3',
    '.5',
    '1.',
    '.inf',
    '-.INF',
    '.nan',
  ],
  ...[
    '+1',
    '-0',
    '12:30',
    '2026-11-23',
    '1.10',
    '123456789012345678901',
    '__proto__',
    '__proto__: 1\n',
    'a: b',
    'a: b: c',
    '- - a',
  ],
  ...[
    'name: x\n',
    '  name: x\n',
    ' - x\n',
    '  - x: y\n',
    'x:\n',
    '"x": 1\n',
    "'x': 1\n",
    'null: 1\n',
    '[a, b',
    '{a: b',
    '"a" b',
    "'a'b",
  ],
  ...hostileTexts.map(([, text]) => text),
];

/** Changes a text in one to three places, like a typing error or a bad merge. */
export function mutateText(draw: Draw, given: string): string {
  let text = given;
  for (let left = 1 + draw.below(3); left > 0; left -= 1)
    text = draw.flag() ? changeLines(draw, text) : changeAt(draw, text);
  return text;
}

function changeAt(draw: Draw, text: string): string {
  const at = draw.below(text.length + 1);
  const piece = draw.one([draw.one(pieces), draw.one(pieces), '']);
  return text.slice(0, at) + piece + text.slice(at + draw.one([0, 0, 1, draw.below(8)]));
}

function changeLines(draw: Draw, text: string): string {
  const lines = text.split('\n');
  const at = draw.below(lines.length);
  const line = lines[at] ?? '';
  const other = draw.one(lines);
  const changed = draw.one([
    [],
    [line, line],
    [line, other],
    [` ${line}`],
    [`  ${line}`],
    [line.slice(1)],
    [line.trimStart()],
    [line + draw.one(pieces)],
    [line.replace(/: .*/, () => `: ${draw.one(pieces)}`)],
    [line.replace(/: .*/, ':')],
    [line.replace(/- .*/, () => `- ${draw.one(pieces)}`)],
    [line.replaceAll('"', '')],
    [`${line} ${other}`],
    [line, draw.one(pieces)],
  ]);
  return [...lines.slice(0, at), ...changed, ...lines.slice(at + 1)].join('\n');
}
