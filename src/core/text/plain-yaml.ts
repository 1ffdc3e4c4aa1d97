import { readYaml } from './yaml-value.ts';

/** A line of plain YAML in its parts: `- value` or `key: value`, indented. */
export interface PlainLine {
  readonly indent: number;
  /** `undefined` for an item of a list. */
  readonly key: string | undefined;
  readonly value: string;
}

// The YAML that tools and most people write: one entry a line, one style a value. Where two readers could take a text for
// different things, it is not of this kind. Every part is linear: no two of them can match the same text.
const char = '[^\\u0000-\\u0020\\u007f-\\u00a0\\u2028\\u2029\\ufeff\\ufffe\\uffff\\p{Surrogate}]';
const inText = (excluded: string) => `(?:(?![${excluded}])${char}|\\u0020)`;

const key = '(?![nN][uU][lL][lL]:)[A-Za-z][A-Za-z0-9_]*';
const double = `"(?:${inText('"\\\\')}|\\\\["\\\\/bfnrt]|\\\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*"`;
const single = `'(?:${inText("'")}|'')*'`;
const number = '(?:0|-?[1-9][0-9]{0,14})(?:\\.[0-9]{1,15})?(?![0-9A-Za-z_.:+-])';
const version = '[0-9]+\\.[0-9]+\\.[0-9]+(?:[-+][0-9A-Za-z.+-]*)?(?![0-9A-Za-z_.:+-])';
const quantity = '[1-9][0-9]*(?:m|[KMGTPE]i?|k)(?![0-9A-Za-z_.:+-])';
/** Ends before a comment and before the spaces at the end of the line. */
const word = `(?:(?![:#])${char}|:(?=${char})|(?<!\\s)#)`;
const plain = `[A-Za-z_/]${word}*(?: +(?!#)${word}+)*`;
const flowPlain = '[A-Za-z_/][A-Za-z0-9_./@=<>~-]*(?::[A-Za-z0-9_]+)*';
const scalar = `(?:${double}|${single}|${number}|${version}|${quantity}`;
const item = `${scalar}|${flowPlain})`;
const sequence = `\\[ *(?:${item}(?: *, *${item})*)? *\\]`;
const pair = `${key}: +(?:${item}|${sequence})`;
const mapping = `\\{ *(?:${pair}(?: *, *${pair})*)? *\\}`;
const value = `(?:${scalar}|${plain})|${sequence}|${mapping})`;
const comment = `#${inText('')}*`;
const line = new RegExp(
  `( *)(?:(?:- +(${value})|(${key}):(?: +(${value}))?)(?: +${comment}| *)|${comment})?(?:\\n|$)`,
  'uy',
);

/** The lines of a text that say something; `undefined` where one is not plain. */
function plainLines(text: string): PlainLine[] | undefined {
  const lines: PlainLine[] = [];
  line.lastIndex = 0;
  while (line.lastIndex < text.length) {
    const found = line.exec(text);
    if (found === null) return undefined;
    const [, indent = '', item, name, given = ''] = found;
    if (item !== undefined) lines.push({ indent: indent.length, key: undefined, value: item });
    else if (name !== undefined) lines.push({ indent: indent.length, key: name, value: given });
  }
  return lines;
}

/** A text in the plain subset: its value, and its lines. */
export interface PlainYaml {
  readonly value: unknown;
  readonly lines: readonly PlainLine[];
}

/**
 * Reads YAML that every reader of YAML 1.2 understands in the same way; `undefined` for any other text. The expression
 * above admits only lines without surprises, and js-yaml reads their structure: several times as fast as `parseYaml`,
 * and it never accepts a text that `parseYaml` refuses.
 */
export function readPlainYaml(text: string): PlainYaml | undefined {
  const lines = plainLines(text);
  if (lines === undefined) return undefined;
  try {
    return { value: readYaml(text) ?? null, lines };
  } catch {
    return undefined;
  }
}
