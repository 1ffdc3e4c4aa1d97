import { expect, it } from 'vitest';
import { namespaceOf, splitName } from '../../../src/core/manifest/namespace.ts';

const cases: [name: string, permissions: string[], events: string[], want: string][] = [
  ['the name', ['ocr:create'], ['ocr.started'], 'ocr'],
  ['no permissions and events', [], [], 'ocr'],
  ['the seed’s other one', ['mon_module:create', 'mon_module:read'], ['mon_module.started'], 'mon_module'],
  ['the most frequent one', ['a:create', 'b:read', 'b:delete'], [], 'b'],
  ['a tie goes to the name', ['a:create', 'ocr:read'], [], 'ocr'],
  ['a tie of others goes to the first', ['b:create', 'a:read'], [], 'b'],
  ['other verbs do not count', ['a:share', 'a:publish'], ['a.indexed'], 'ocr'],
];
it.each(cases)('%s', (_, permissions_required, events_emitted, want) => {
  expect(namespaceOf({ name: 'ocr', permissions_required, events_emitted })).toBe(want);
});

it.each([
  ['a:create', ['a', 'create']],
  ['user.deleted', ['user', 'deleted']],
])('splitName(%s)', (given, want) => expect(splitName(given)).toEqual(want));
