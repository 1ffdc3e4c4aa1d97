import { expect, it } from 'vitest';
import { checkExactly } from '../../../src/core/check/check-exactly.ts';
import { rules } from '../../../src/core/check/rules.ts';
import { byKind } from '../../../src/core/check/rules-by-kind.ts';
import { goodText } from '../manifest/good-manifest.ts';

/** `rule line` of everything found in a manifest of a line a field. */
const told = async (changes: Readonly<Record<string, string>>): Promise<string[]> => {
  const text = goodText({ class_name: 'class_name: DocumentSearchModule', ...changes });
  const { diagnostics } = await checkExactly({ file: 'm', folder: undefined, text }, byKind(rules));
  return diagnostics.map(({ rule, range }) => `${rule} ${range?.start.line}`);
};

const cases: [name: string, changes: Record<string, string>, want: string[]][] = [
  ['nothing', {}, []],
  [
    'what is wrong in other fields than the faulty one',
    { version: 'version: 1.0', class_name: 'class_name: Reader' },
    ['wrong-type 2', 'class-name 5'],
  ],
  [
    'a misspelt field once, and nothing of its absence',
    { events_emitted: 'event_emitted: [x.started]' },
    ['unknown-key 9'],
  ],
  ['a misspelt required field once', { description: 'descripton: x' }, ['unknown-key 3']],
  ['nothing that a faulty field may explain', { endpoints: 'endpoints: POST /process' }, ['wrong-type 7']],
  [
    'a faulty setting, and what is wrong with another',
    { configuration: 'configuration: {a: {typ: string}, b: {type: integer, default: 9, maximum: 5}, c_env: x}' },
    ['unknown-key 12', 'env-name 12', 'configuration 12'],
  ],
  ['a list for a mapping', { resources: 'resources: [cpu]' }, ['wrong-type 11']],
];
it.each(cases)('tells %s', async (_, changes, want) => expect((await told(changes)).sort()).toEqual([...want].sort()));
