import { expect, it } from 'vitest';
import { eventContexts } from '../../../../src/core/pack/context/endpoint-context.ts';

const cases: [name: string, events: string[], own: string, handlers: string[]][] = [
  ['own events have the verb as name', ['ocr.indexed'], 'ocr', ['indexed']],
  ['others with their namespace', ['user.deleted', 'ocr.indexed'], '', ['user_deleted', 'ocr_indexed']],
  ['a keyword with its namespace', ['ocr.import', 'ocr.delete'], 'ocr', ['ocr_import', 'ocr_delete']],
  ['two with the same name', ['ocr.a_b', 'a.b'], 'ocr', ['a_b', 'a_b_2']],
  ['two with the same name in camel case', ['x.a__b', 'x.a_b'], '', ['x_a__b', 'x_a_b_2']],
];
it.each(cases)('%s', (_, events, own, handlers) => {
  expect(eventContexts(events, own).map(({ handler }) => handler)).toEqual(handlers);
});

it('contains the event’s name and namespace', () => {
  expect(eventContexts(['file.uploaded'], 'ocr')).toEqual([
    { name: 'file.uploaded', namespace: 'file', handler: 'file_uploaded' },
  ]);
});
