import { expect, it } from 'vitest';
import { changeSettings } from '../../../src/core/manifest/change-settings.ts';

const none = { rename: {}, remove: [], add: {} };
const text =
  'name: x # mine\nconfiguration:\n  # about a\n  a: 1 # one\n  b:\n    type: string\n    default: y\n\nz: 1\n';

it.each([
  ['renames a setting', { rename: { a: 'c' } }, text.replace('  a: 1', '  c: 1')],
  ['renames a setting in the long form', { rename: { b: 'c' } }, text.replace('  b:', '  c:')],
  ['ignores a missing setting', { rename: { q: 'c' } }, text],
  ['a new name that is taken', { rename: { a: 'b' } }, text],
  ['removes a setting', { remove: ['b'] }, text.replace('  b:\n    type: string\n    default: y\n', '')],
  ['adds a setting', { add: { c: 2 } }, text.replace('default: y\n', 'default: y\n  c: 2\n')],
  ['does not add an existing setting', { add: { a: 2 } }, text],
])('%s', async (_, change, want) => expect(await changeSettings(text, { ...none, ...change })).toBe(want));

it('does not change a manifest without settings, and refuses settings in braces', async () => {
  expect(await changeSettings('name: x\n', { ...none, rename: { a: 'b' }, remove: ['c'] })).toBe('name: x\n');
  expect(await changeSettings('configuration: {}\n', { ...none, remove: ['c'] })).toBe('configuration: {}\n');
  expect(await changeSettings('configuration: {a: 1}\n', { ...none, rename: { a: 'b' } })).toBeUndefined();
});
