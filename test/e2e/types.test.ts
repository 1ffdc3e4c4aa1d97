import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { build, transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import runtime from '../../runtimes/node/package.json' with { type: 'json' };
import { checkType } from '../../runtimes/node/src/check-type.ts';
import * as types from '../../runtimes/node/src/types.ts';
import { formatPatterns, formatSamples } from '../../src/core/contract/formats.ts';
import { readTypes } from '../../src/core/contract/read-type.ts';
import { sampleOf } from '../../src/core/contract/sample.ts';
import { toOpenApi } from '../../src/core/contract/to-openapi.ts';
import { toPydantic } from '../../src/core/contract/to-pydantic.ts';
import { toZod } from '../../src/core/contract/to-zod.ts';
import { formatNames, type Json, type Type, type Types } from '../../src/core/contract/type.ts';
import { checkValue } from '../../src/core/contract/values.ts';
import {
  acceptingKeywords,
  anyText,
  badFormats,
  fitting,
  goodFormats,
  keywordsIn,
  type Mutation,
  mutationsOf,
  randomTypes,
  refusingKeywords,
} from '../core/contract/random-types.ts';
import { Draw } from '../core/pack/random-manifest.ts';
import { draws, firstSeed, isNightly } from '../draws.ts';
import { describeWhere, missingPython } from './needs.ts';
import { npmPackages } from './npm-packages.ts';
import { oldestEnvironment, runtimeEnvironment } from './python-tools.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** The value with its defaults, or what is wrong with it. Only `accepted` if a judge has no such vocabulary. */
type Verdict = { value: unknown } | { problems: [loc: unknown, type: string, msg: string][] } | { accepted: boolean };
/** Checks values with the type `Input`. */
type Judge = (types: Types, values: readonly Json[]) => Promise<Verdict[]>;

/** What generated code imports, and what checks values with it. */
type NodeTypes = Pick<typeof types, 'z' | 'text' | 'integer'> & { readonly checkType: typeof checkType };
type ZodType = Parameters<typeof checkType>[0];

const newest: NodeTypes = { ...types, checkType };

/** The same with the oldest zod that the runtime allows. */
async function oldestNode(): Promise<NodeTypes> {
  const zod = `zod@${runtime.dependencies.zod.replace('^', '')}`;
  const folder = await npmPackages(zod);
  const outfile = join(mkdtempSync(join(tmpdir(), 'zod-')), 'types.mjs');
  const contents = "export * from './types.ts'; export * from './check-type.ts';";
  await build({
    stdin: { contents, resolveDir: join(project, 'runtimes/node/src') },
    alias: { zod: join(folder, 'node_modules/zod') },
    bundle: true,
    format: 'esm',
    outfile,
  });
  return import(pathToFileURL(outfile).href);
}

interface Case {
  readonly types: Types;
  readonly values: Json[];
}

const inputOf = (types: Types): Type => types.get('Input') as Type;

const ours: Judge = async (types, values) =>
  values.map((value) => {
    const { problems, value: completed } = checkValue(value, inputOf(types), types);
    if (problems.length === 0) return { value: completed };
    return { problems: problems.map(({ loc, type, msg }) => [loc, type, msg]) };
  });

/** `change` is applied to the generated code: the test of the test. */
function zodOf({ z, text, integer, checkType }: NodeTypes, change = (code: string) => code): Judge {
  return async (types, values) => {
    const { code } = await transform(change(toZod(types)), { loader: 'ts' });
    const body = code
      .replace(/^import .*$/m, '')
      .replaceAll(/^export /gm, '')
      .replace(/^\{[^}]*\};?$/m, '');
    const input = new Function('z', 'text', 'integer', `${body}\nreturn Input;`)(z, text, integer) as ZodType;
    // Fastify prints it for the documentation.
    z.toJSONSchema(input);
    return values.map((value) => {
      const checked = checkType(input, value);
      if (checked.ok) return { value: checked.value };
      return { problems: checked.problems.map(({ loc, type, msg }) => [loc, type, msg]) };
    });
  };
}

const ajvWith =
  (change = (schema: string) => schema): Judge =>
  async (types, values) => {
    const formats = Object.entries(formatPatterns).map(([name, pattern]) => [
      name,
      new RegExp(`^(?:${pattern})$`, 'u'),
    ]);
    const ajv = new Ajv2020({ strict: false, formats: Object.fromEntries(formats), logger: false });
    const definitions = [...types].map(([name, type]) => [name, toOpenApi(type, types, '#/$defs/')]);
    const schema = { $ref: '#/$defs/Input', $defs: Object.fromEntries(definitions) };
    const validate = ajv.compile(JSON.parse(change(JSON.stringify(schema))));
    return values.map((value) => ({ accepted: validate(value) }));
  };

class Python {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string) {
    const env = { ...process.env, PYTHONPATH: join(project, 'runtimes/python/src'), PYTHONDONTWRITEBYTECODE: '1' };
    const script = fileURLToPath(new URL('check_types.py', import.meta.url));
    this.#child = spawn(program, [script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  readonly judge =
    (change = (code: string) => code): Judge =>
    async (types, values) => {
      await this.#ask(JSON.stringify({ code: change(toPydantic(types)) }));
      // Integers are also written as 1.0.
      const texts = values.map((value, index) => (index % 3 === 0 ? withFloats(value) : JSON.stringify(value)));
      return this.#ask(`{"values": [${texts.join(', ')}]}`);
    };

  async #ask(line: string) {
    this.#child.stdin?.write(`${line}\n`);
    const answer = JSON.parse((await this.#lines.next()).value);
    if (answer.error !== undefined) throw new Error(`${answer.error}\n${line}`);
    return answer;
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}

function withFloats(value: Json): string {
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
  if (Array.isArray(value)) return `[${value.map(withFloats).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${withFloats(inner)}`)
    .join(',')}}`;
}

/** What the judges do not agree on with the first. */
async function disagreements({ types, values }: Case, judges: readonly Judge[]): Promise<string[]> {
  const verdicts = await Promise.all(judges.map((judge) => judge(types, values)));
  return values.flatMap((value, index) => {
    const [first, ...others] = verdicts.map((all) => all[index] as Verdict) as [Verdict, ...Verdict[]];
    const isSame = (other: Verdict): boolean =>
      'accepted' in other ? other.accepted === 'value' in first : isDeepStrictEqual(plain(other), plain(first));
    if (others.every(isSame)) return [];
    return [[JSON.stringify(value), ...[first, ...others].map((one) => JSON.stringify(one)), toZod(types)].join('\n')];
  });
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Types with values: as many that fit as changed ones. Counts what the keywords accept and refuse. */
class Cases {
  readonly accepted = new Map<string, number>();
  readonly refused = new Map<string, number>();
  readonly #draw: Draw;

  constructor(seed: number) {
    this.#draw = new Draw(seed);
  }

  make(pairs: number): Case {
    const { types, problems } = randomTypes(this.#draw);
    expect(problems).toEqual([]);
    const input = inputOf(types);
    const values: Json[] = [];
    while (values.length < pairs) {
      const good = fitting(this.#draw, input, types);
      const mutation = this.#rarest(mutationsOf(this.#draw, good, input, types));
      if (mutation === undefined) continue;
      for (const keyword of keywordsIn(good, input, types)) count(this.accepted, keyword);
      for (const keyword of new Set(mutation.keywords)) count(this.refused, keyword);
      values.push(good, mutation.mutant);
    }
    return { types, values };
  }

  /** The mutation whose keyword has refused least so far. */
  #rarest(mutations: readonly Mutation[]): Mutation | undefined {
    const times = ({ keywords: [first = ''] }: Mutation): number => this.refused.get(first) ?? 0;
    const least = Math.min(...mutations.map(times));
    const rare = mutations.filter((mutation) => times(mutation) === least);
    return rare.length === 0 ? undefined : this.#draw.one(rare);
  }
}

function count(counts: Map<string, number>, keyword: string): void {
  counts.set(keyword, (counts.get(keyword) ?? 0) + 1);
}

await describeWhere('types', missingPython(), () => {
  // With the newest versions in CI, and also with the oldest at night.
  const versions = isNightly ? (['newest', 'oldest'] as const) : (['newest'] as const);

  describe.each(versions)(
    'with the %s zod and Pydantic, the types of both languages',
    { timeout: 1_800_000 },
    (version) => {
      let python: Python;
      let node: NodeTypes;
      beforeAll(async () => {
        const isPydantic = (name: string): boolean => name.startsWith('pydantic>');
        const environment = version === 'newest' ? runtimeEnvironment() : oldestEnvironment(isPydantic);
        python = new Python(join(await environment, 'bin/python'));
        node = version === 'newest' ? newest : await oldestNode();
      }, 600_000);
      afterAll(() => python.stop());
      const zodWith = (change?: (code: string) => string): Judge => zodOf(node, change);

      const perType = 8;
      it(`agree on ${draws.typePairs} values`, async () => {
        const cases = new Cases(firstSeed);
        const judges = [ours, zodWith(), python.judge(), ajvWith()];
        for (let pairs = 0; pairs < draws.typePairs; pairs += perType)
          expect(await disagreements(cases.make(perType), judges)).toEqual([]);
        const rare = (counts: Map<string, number>, keywords: readonly string[]): [string, number][] =>
          keywords
            .map((name): [string, number] => [name, counts.get(name) ?? 0])
            .filter(([, times]) => times < draws.typePairs / 100);
        expect({
          accepted: rare(cases.accepted, acceptingKeywords),
          refused: rare(cases.refused, refusingKeywords),
        }).toEqual({
          accepted: [],
          refused: [],
        });
      });

      it(`agree on ${draws.typePairs / 4} values with several problems`, async () => {
        const draw = new Draw(firstSeed + 1);
        const judges = [ours, zodWith(), python.judge(), ajvWith()];
        for (let pairs = 0; pairs < draws.typePairs / 4; pairs += perType) {
          const { types } = randomTypes(draw);
          const input = inputOf(types);
          const values = Array.from({ length: perType }, () => scrambled(draw, fitting(draw, input, types)));
          expect(await disagreements({ types, values }, judges)).toEqual([]);
        }
      });

      it.each(formatNames)('agree on texts with the format %s', async (format) => {
        const draw = new Draw(firstSeed + 3);
        const texts = [formatSamples[format], ...goodFormats[format], ...badFormats[format]];
        const near = Array.from({ length: draws.typePairs / 20 }, () => misspelt(draw, draw.one(texts)));
        const input = { type: 'object', properties: { it: { type: 'string', format } } };
        const { types } = readTypes({}, [{ name: 'Input', path: ['input'], schema: input }]);
        const values = [...texts, ...near].map((it) => ({ it }));
        const judges = [ours, zodWith(), python.judge(), ajvWith()];
        expect(await disagreements({ types, values }, judges)).toEqual([]);
      });

      it('agree on texts that take JavaScript’s own engine very long', async () => {
        const slow = ['\\s+$', '^(?:a|aa){30}$', '(a+)+b', '^(?:a?){26}a{26}$', '(?:\\w+\\s?)*!$', '^(?:[a-z]+)*\\d$'];
        const properties = Object.fromEntries(slow.map((pattern, index) => [`p${index}`, { type: 'string', pattern }]));
        const root = { name: 'Input', path: ['input'], schema: { type: 'object', properties } };
        const { types, problems } = readTypes({}, [root]);
        expect(problems).toEqual([]);
        const texts = ['a'.repeat(40), 'a'.repeat(100_000), `${'a'.repeat(100_000)}!`, `${' '.repeat(100_000)}x`, 'a1'];
        const values = texts.flatMap((text) => slow.map((_, index) => ({ [`p${index}`]: text })));
        expect(await disagreements({ types, values }, [ours, zodWith(), python.judge()])).toEqual([]);
      });

      it('accept the sample', async () => {
        const draw = new Draw(firstSeed + 2);
        const judges = [ours, zodWith(), python.judge(), ajvWith()];
        for (let times = 0; times < draws.typePairs / 40; times += 1) {
          const { types } = randomTypes(draw);
          const sample = sampleOf(inputOf(types), types) as Json;
          const { problems, value } = checkValue(sample, inputOf(types), types);
          expect({ problems, value }).toEqual({ problems: [], value: sample });
          expect(await disagreements({ types, values: [sample] }, judges)).toEqual([]);
        }
      });

      it.each<[string, () => Judge]>([
        ['zod', () => zodWith((code) => code.replaceAll('.gt(', '.min('))],
        ['Pydantic', () => python.judge((code) => code.replaceAll('min_length=', 'max_length='))],
        ['ajv', () => ajvWith((schema) => schema.replaceAll('"exclusiveMaximum"', '"maximum"'))],
      ])('do not agree if %s is wrong', async (_, wrong) => {
        const cases = new Cases(firstSeed);
        const judges = [ours, wrong()];
        const found: string[] = [];
        for (let times = 0; times < 60; times += 1)
          // A changed schema may also be refused as a whole.
          found.push(...(await disagreements(cases.make(perType), judges).catch((error: Error) => [error.message])));
        expect(found.length).toBeGreaterThan(0);
      });
    },
  );
});

/** The text with one character more, less or replaced. */
function misspelt(draw: Draw, text: string): string {
  const at = draw.below(text.length + 1);
  const other = draw.one(['', '0', '9', '-', ':', 'Z', 'g', '.', '@', '%', ' ', '\n', 'é', '٣']);
  return `${text.slice(0, at)}${other}${text.slice(at + draw.below(2))}`;
}

/** The value with some of its parts replaced, removed or added. */
function scrambled(draw: Draw, value: Json): Json {
  const odd = (): Json =>
    draw.one<Json>([null, true, false, 0, 1, 1.5, -7, 100, 2 ** 53, anyText(draw), [], [1], {}, { a: 1 }]);
  if (draw.below(6) === 0) return odd();
  if (Array.isArray(value)) return [...value.map((item) => scrambled(draw, item)), ...draw.times(1, odd)];
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(() => draw.below(8) > 0);
  const more = draw.below(4) === 0 ? { [draw.one(['other', '10', '9', 'é', '😀', '\uffee'])]: odd() } : {};
  return { ...Object.fromEntries(kept.map(([key, inner]) => [key, scrambled(draw, inner)])), ...more };
}
