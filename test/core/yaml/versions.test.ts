import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDifferently } from '../../../src/core/lint/rules/document/read-differently.ts';
import { parseYaml } from '../../../src/core/yaml/exact.ts';
import { readPlainYaml } from '../../../src/core/yaml/fast.ts';
import { meaningIn11, meaningIn12, sameMeaning } from '../../../src/core/yaml/versions.ts';
import { draws, firstSeed } from '../../draws.ts';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { pythonTool } from '../../e2e/python-tools.ts';

const known = (
  'on On ON off yes Yes no NO y n true True false ~ null Null NULL nULL = << 1.10 1.0 12:30 1:2:3 -1:30 0:30 190:20:30.15 ' +
  '0755 0o755 0x1F 0x_f 0b101 -0b1 08 1_000 1__0 _1 1e3 1.5e3 1.5e+3 1e+3 .5 -.5 +.5 1. +1 -0 .inf -.inf +.Inf .NaN .nan ' +
  '2026-01-02 2026-1-2 2026-01-02T10:00:00Z 2001-12-14t21:59:43.10-05:00 12345678901234567890 1.0.0 v1 0 00 0_0 +12e03'
).split(' ');
const piece = fc.constantFrom(...'0123456789_-+.:eEoxbTZ', 'on', 'no', 'inf', '0b', '0x', '12', '60', '1999-12-3', '=');
const random = fc.sample(
  fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
  { numRuns: draws.scalars, seed: firstSeed },
);
/** Texts that are valid as plain scalars. */
const scalars = [...new Set([...known, ...random])].filter((text) => !/^[-:](?![^\s])|:$|^-{3}/.test(text));

/** Normalizes numbers, so that 1 and 1.0 are equal. */
const shown = (meaning: ReturnType<typeof meaningIn11>): string =>
  meaning.kind === 'number'
    ? `number ${Number(meaning.value)}`
    : 'value' in meaning
      ? `boolean ${meaning.value}`
      : meaning.kind;

const python = `
import json, sys, yaml
def kind(text):
    try: value = yaml.safe_load("a: " + text)["a"]
    except yaml.YAMLError as error: return "merge key" if "merge" in str(error) else "default key" if ":value'" in str(error) else "error"
    except ValueError: return "refused"
    if value is None: return "nothing"
    if isinstance(value, bool): return ["boolean", value]
    if isinstance(value, (int, float)): return ["number", str(value) if abs(value) < 2**53 or value != value or value in (float("inf"), float("-inf")) else str(float(value))]
    return "text" if isinstance(value, str) else "date"
json.dump([kind(text) for text in json.load(sys.stdin)], sys.stdout)
`;

async function pyyaml(texts: readonly string[]): Promise<unknown[]> {
  const interpreter = await pythonTool('PyYAML==6.0.3', 'python');
  return JSON.parse(execFileSync(interpreter, ['-c', python], { input: JSON.stringify(texts), encoding: 'utf8' }));
}

await describeWhere('meaningIn11', missingPython(), async () => {
  const theirs = await pyyaml(scalars);

  it('meaningIn11 matches PyYAML', () => {
    expect(scalars.length).toBeGreaterThan(2_000);
    const wrong = scalars.flatMap((text, index) => {
      const read = theirs[index];
      // Invalid dates and numbers, for which PyYAML raises a ValueError.
      if (read === 'error' || read === 'refused') return [];
      const [kind, value] = Array.isArray(read) ? read : [read];
      const want = kind === 'number' ? `number ${pythonNumber(value)}` : kind === 'boolean' ? `boolean ${value}` : kind;
      const got = shown(meaningIn11(text));
      return got === want ? [] : [`${text}: ${got}, PyYAML ${want}`];
    });
    expect(wrong).toEqual([]);
  });
});

function pythonNumber(text: string): number {
  return Number(text.replace(/^(-?)inf$/, '$1Infinity').replace('nan', 'NaN'));
}

describe('meaningIn12', () => {
  it('matches parseYaml', async () => {
    const readable = scalars.filter((text) => !/^\? |^-$/.test(text));
    const { value, problems } = await parseYaml(readable.map((text) => `- ${text}\n`).join(''));
    expect(problems).toEqual([]);
    const wrong = (value as unknown[]).flatMap((one, index) => {
      const want = one === null ? 'nothing' : typeof one === 'string' ? 'text' : `${typeof one} ${one}`;
      const got = shown(meaningIn12(readable[index] ?? ''));
      return got === want ? [] : [`${readable[index]}: ${got}, yaml ${want}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe('the rule read-differently', () => {
  const different = scalars.filter((text) => !sameMeaning(meaningIn12(text), meaningIn11(text)));

  it('suspects every text with a value that YAML versions read differently, at any position', () => {
    expect(different.length).toBeGreaterThan(50);
    const places: ((text: string) => string)[] = [
      (text) => `a: ${text}\n`,
      (text) => `a: ${text} # b\r\n`,
      (text) => `- ${text}`,
      (text) => `a: [x,${text}, y]\n`,
      (text) => `{a: ${text}}\n`,
      (text) => `${text}: 1\n`,
      (text) => `\ufeff${text}: 1\n`,
      (text) => `a: &b ${text}\n`,
    ];
    const missed = different.flatMap((text) =>
      places.map((put) => put(text)).filter((it) => !readDifferently.suspects(it, readPlainYaml(it))),
    );
    expect(missed).toEqual([]);
  });

  it('does not suspect plain or quoted text', () => {
    const text =
      'version: 1.0.0\nname: "on"\ncpu: 500m\nmemory: 2Gi\nlist: [a, b]\ntop_k: 5\nratio: 0.25\ndescription: On it goes.\n';
    expect(readDifferently.suspects(text)).toBe(false);
    expect(readDifferently.suspects(text, readPlainYaml(text))).toBe(false);
  });
});
