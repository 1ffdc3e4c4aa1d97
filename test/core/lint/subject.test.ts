import { expect, it } from 'vitest';
import { checkExactly } from '../../../src/core/lint/check-manifest.ts';
import { byKind } from '../../../src/core/lint/rule.ts';
import { rules } from '../../../src/core/lint/rules.ts';
import { goodText } from '../manifest/good-manifest.ts';

/** `rule line` of each diagnostic in a manifest with one field per line. */
const reported = async (changes: Readonly<Record<string, string>>): Promise<string[]> => {
  const text = goodText({ class_name: 'class_name: DocumentSearchModule', ...changes });
  const { diagnostics } = await checkExactly({ file: 'm', folder: undefined, text }, byKind(rules));
  return diagnostics.map(({ rule, range }) => `${rule} ${range?.start.line}`);
};

const cases: [name: string, changes: Record<string, string>, want: string[]][] = [
  ['no problems', {}, []],
  [
    'problems in other fields than the invalid one',
    { version: 'version: 1.0', class_name: 'class_name: Reader' },
    ['wrong-type 2', 'class-name 5'],
  ],
  ['a misspelt field once, and not as missing', { events_emitted: 'event_emitted: [x.started]' }, ['unknown-key 9']],
  ['a misspelt required field once', { description: 'descripton: x' }, ['unknown-key 3']],
  ['no consequences of an invalid field', { endpoints: 'endpoints: POST /process' }, ['wrong-type 7']],
  [
    'an invalid setting, and a problem in another one',
    { configuration: 'configuration: {a: {typ: string}, b: {type: integer, default: 9, maximum: 5}, c_env: x}' },
    ['unknown-key 12', 'env-name 12', 'configuration 12'],
  ],
  ['a list instead of a mapping', { resources: 'resources: [cpu]' }, ['wrong-type 11']],
];
it.each(cases)('reports %s', async (_, changes, want) =>
  expect((await reported(changes)).sort()).toEqual([...want].sort()),
);
