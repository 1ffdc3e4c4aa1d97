import type { YamlScalar } from '../../../yaml/exact.ts';
import { type Meaning, meaningIn11, meaningIn12, sameMeaning } from '../../../yaml/versions.ts';
import type { SourceProblem, SourceRule } from '../../rule.ts';

/** Matches `inner` as a plain scalar: behind an indicator or white space, up to an indicator or the end of the line. */
const scalarOf = (inner: string) => new RegExp(`(?:^|[\\s,[{\\ufeff])(?:${inner})(?=[ \\t]*(?:$|[,\\]}#:]))`, 'im');
const words = scalarOf('yes|no|on|off|=|<<');
const unusual = '[-+]?(?:\\.|0[0-9obx_]|\\d[\\d.]*[_:e]|\\d{4}-|\\d{16})[-+\\w.:]*(?:[ \\t]+[-+\\d:.z]+)*';
const numbers = scalarOf(`${unusual}|[1-9]\\d*\\.\\d*0`);

const isSuspect = (text: string) => words.test(text) || numbers.test(text);
const isQuoted = (text: string) => text === '' || text.startsWith('"') || text.startsWith("'");

export const readDifferently: SourceRule = {
  id: 'read-differently',
  kind: 'source',
  severity: 'warning',
  summary: 'YAML 1.2 and YAML 1.1 parsers, such as PyYAML, read a value without quotes differently',
  why: 'A program that reads the manifest with another library gets a different value: true for on, 750 for 12:30, 493 for 0755.',
  suspects: (text, plain) =>
    plain === undefined
      ? isSuspect(text)
      : plain.lines.some(
          ({ key, value }) => (key !== undefined && words.test(key)) || (!isQuoted(value) && isSuspect(value)),
        ),
  check: (source) => source.scalars().flatMap((scalar) => (scalar.isPlain ? problemsOf(scalar) : [])),
};

function problemsOf(scalar: YamlScalar): SourceProblem[] {
  const { source, span } = scalar;
  const [ours, theirs] = [meaningIn12(source), meaningIn11(source)];
  if (!sameMeaning(ours, theirs))
    return [
      {
        span,
        message: `PyYAML reads ${source} as ${describe(theirs)}, not as ${describe(ours)}`,
        ...repair(scalar, ours, theirs),
      },
    ];
  if (ours.kind !== 'number' || scalar.isKey) return [];
  if (typeof ours.value === 'bigint' && !Number.isSafeInteger(Number(ours.value)))
    return [
      { span, message: `${source} has more digits than a JavaScript number can hold`, hint: 'Put it in quotes.' },
    ];
  const isShort = scalar.path[0] === 'configuration' && scalar.path.length === 2;
  if (!isShort || !/^[1-9]\d*\.\d*[1-9]0+$/.test(source)) return [];
  const message = `${source} is read as the number ${ours.value}, without its trailing zero`;
  return [
    { span, message, hint: `If it is a string, such as a version, put it in quotes. Otherwise write ${ours.value}.` },
  ];
}

/** Quotes a string, and writes a number so that both versions read it alike. Ambiguous values get only a hint. */
function repair(
  { source, span: [from, to] }: YamlScalar,
  ours: Meaning,
  theirs: Meaning,
): Pick<SourceProblem, 'hint' | 'fix'> {
  if (ours.kind === 'text') return { hint: 'Put it in quotes.', fix: { from, to, text: JSON.stringify(source) } };
  if (ours.kind !== 'number' || theirs.kind === 'number')
    return {
      hint: 'If it is a string, put it in quotes. Otherwise write the number so that both versions read it alike.',
    };
  const plain = String(ours.value);
  return /^-?\d+(\.\d+)?$/.test(plain)
    ? { hint: `Write ${plain}.`, fix: { from, to, text: plain } }
    : { hint: 'Write the number in full.' };
}

function describe(meaning: Meaning): string {
  if ('value' in meaning) return meaning.kind === 'boolean' ? String(meaning.value) : `the number ${meaning.value}`;
  return {
    text: 'a string',
    date: 'a date',
    nothing: 'nothing',
    'merge key': 'a merge key',
    'default key': 'a tag that it rejects',
  }[meaning.kind];
}
