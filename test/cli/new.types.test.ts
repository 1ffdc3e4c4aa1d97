import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { type FakeIoOptions, runIn, succeedIn } from './fake-io.ts';
import { manifestOf, newHost } from './hosts.ts';

const openApi = {
  openapi: '3.0.3',
  info: { title: 'Bills', version: '1' },
  paths: {},
  components: {
    schemas: {
      Bill: {
        type: 'object',
        title: 'A bill',
        required: ['lines'],
        properties: { lines: { type: 'array', items: { $ref: '#/components/schemas/bill-line' } } },
      },
      'bill-line': { type: 'object', properties: { text: { type: 'string', nullable: true } } },
      Tree: { type: 'object', properties: { next: { $ref: '#/components/schemas/Tree' } } },
      Odd: {
        type: 'object',
        properties: { it: { not: { type: 'string' } }, that: { type: 'string', format: 'ipv4' } },
      },
    },
  },
};

let root: string;
beforeAll(async () => {
  root = await newHost();
  writeFileSync(join(root, 'openapi.json'), JSON.stringify(openApi));
  writeFileSync(join(root, 'schema.yaml'), 'type: object\nproperties:\n  text: { type: string }\n');
  writeFileSync(join(root, 'broken.json'), '{ "type": ');
  writeFileSync(
    join(root, 'answers.yaml'),
    'types: { Line: "text:string", Unit: kg|g }\ninput: lines:Line[] unit?:Unit=g\n' +
      'output: { type: object, properties: { total: { type: number } } }\n',
  );
});

let count = 0;
async function create(argv: readonly string[], replies?: FakeIoOptions['replies']) {
  count += 1;
  const name = `module_${count}`;
  const yes = replies === undefined ? ['--yes'] : [];
  const outcome = await succeedIn(root, ['new', name, ...argv, ...yes], replies === undefined ? {} : { replies });
  return { ...outcome, manifest: manifestOf(root, name) };
}

describe('the manifest has the types', () => {
  it('of flags, and the sample provider', async () => {
    const flags = ['--input', 'text:string', '--output', 'lines:Line[]', '--options', 'tone?:dry|warm=dry'];
    const { manifest, err } = await create([...flags, '--type', 'Line=text:string amount:number(0..)']);
    expect(manifest).toMatchObject({
      types: {
        Line: {
          type: 'object',
          required: ['text', 'amount'],
          properties: { text: { type: 'string' }, amount: { type: 'number', minimum: 0 } },
        },
      },
      input: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
      options: { type: 'object', properties: { tone: { enum: ['dry', 'warm'], default: 'dry' } } },
      output: { properties: { lines: { type: 'array', items: { $ref: '#/types/Line' } } } },
      configuration: { provider: 'sample' },
    });
    expect(err).toContain(
      'Types:\n  input\n    text: string\n  options\n    tone?: dry or warm, default dry\n  output\n    lines: list of Line\n' +
        '  Line\n    text: string\n    amount: number, at least 0\n',
    );
  });

  it('of an OpenAPI component, with the types that it refers to, and of a schema', async () => {
    const { manifest, err } = await create(['--input-from', 'openapi.json#Bill', '--output-from', 'schema.yaml']);
    expect(manifest).toMatchObject({
      types: { BillLine: { type: 'object', properties: { text: { type: ['string', 'null'] } } } },
      input: { properties: { lines: { type: 'array', items: { $ref: '#/types/BillLine' } } } },
      output: { type: 'object', properties: { text: { type: 'string' } } },
    });
    expect(err).toContain('Note: left out from openapi.json#Bill: title\n');
  });

  it('of an answers file', async () => {
    const { manifest } = await create(['--answers', 'answers.yaml']);
    expect(manifest).toMatchObject({
      types: { Line: { required: ['text'] }, Unit: { enum: ['kg', 'g'] } },
      input: { required: ['lines'], properties: { unit: { $ref: '#/types/Unit', default: 'g' } } },
      output: { properties: { total: { type: 'number' } } },
    });
  });

  it('of prompts, which also ask for the types that fields refer to', async () => {
    const { manifest, asked, refusals } = await create([], {
      'Field of the input': ['Text', 'text:strng', 'text:string lines:Line[]'],
      'Next field': ['text:string', 'size', '', '', 'unit?:kg|g=kg', ''],
      'Type of size': ['whole', 'integer(1..9)'],
      'Is size optional?': true,
      'Default of size': ['10', '3'],
      'Field of Line': ['', 'name:string unit:Unit'],
      'Field of Unit': 'label:string',
      'Field of the output': '',
    });
    expect(manifest).toMatchObject({
      types: { Line: { required: ['name', 'unit'] }, Unit: { required: ['label'] } },
      input: {
        required: ['text', 'lines'],
        properties: { size: { type: 'integer', minimum: 1, maximum: 9, default: 3 } },
      },
      configuration: { provider: 'sample' },
    });
    expect(manifest).not.toHaveProperty('output');
    expect(manifest).not.toHaveProperty('input.properties.unit');
    expect(refusals).toEqual([
      expect.stringContaining('Text has no type'),
      expect.stringContaining('Did you mean string?'),
      expect.stringContaining('text is there twice'),
      expect.stringContaining('whole is not a type'),
      expect.stringContaining('must be at most 9'),
      'Line needs a field.',
    ]);
    expect(asked.filter((question) => question.startsWith('Field of'))).toEqual([
      expect.stringContaining('input'),
      'Field of Line',
      'Field of Unit',
      expect.stringContaining('output'),
    ]);
  });
});

describe('refuses, and writes nothing', () => {
  it.each<[name: string, argv: readonly string[], reason: string]>([
    ['a misspelt type', ['--input', 'text:strng'], '--input: text:strng: strng is not a type. Did you mean string?'],
    ['a field without a type', ['--output', 'text'], '--output: text has no type. Write text:string'],
    ['an unknown type', ['--input', 'a:Line'], "there is no type Line. Add it with --type 'Line=name:string'"],
    ['a similar type', ['--input', 'a:Lin', '--type', 'Line=a:string'], 'Did you mean #/types/Line?'],
    ['a default that does not fit', ['--options', 'a?:integer(1..3)=9'], '--options: options.properties.a.default'],
    ['a type without a name', ['--type', 'text:string'], '--type: must begin with the name of the type in PascalCase'],
    ['a reserved name', ['--type', 'Output=a:string'], 'the type name Output is reserved'],
    ['a type that is no object', ['--input', 'Unit', '--type', 'Unit=kg|g'], '--input'],
    ['a keyword outside the subset', ['--input', '{type: object, not: {}}'], 'has the keyword "not"'],
    ['broken YAML', ['--input', '{type: object, properties: {a: }'], '--input: is not valid YAML: '],
    ['two sources', ['--input', 'a:string', '--input-from', 'schema.yaml'], 'Pass --input or --input-from, not both.'],
    ['a missing file', ['--input-from', 'none.json'], 'none.json cannot be read'],
    ['a broken file', ['--input-from', 'broken.json'], 'broken.json cannot be imported: it is neither JSON nor YAML'],
    ['an OpenAPI document', ['--input-from', 'openapi.json'], 'Name one of its schemas: openapi.json#Component.'],
    [
      'a misspelt component',
      ['--input-from', 'openapi.json#Bil'],
      'Did you mean Bill? Its schemas are Bill, bill-line',
    ],
    ['a recursive component', ['--output-from', 'openapi.json#Tree'], 'openapi.json#Tree cannot be imported'],
    [
      'a component outside the subset',
      ['--output-from', 'openapi.json#Odd'],
      '"not", which types do not support (and 1 more)',
    ],
    ['local work on types', ['--input', 'a:string', '--provider', 'local'], 'Use sample or openai'],
    ['samples without types', ['--provider', 'sample'], 'Pass --input or --output, or use local'],
  ])('%s', async (_, argv, reason) => {
    const before = snapshot(root);
    const { code, err } = await runIn(root, ['new', 'beta', ...argv, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
    expect(snapshot(root)).toEqual(before);
  });
});
