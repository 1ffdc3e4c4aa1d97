import { expect, it } from 'vitest';
import type { Manifest } from '../../../../src/core/manifest/schema.ts';
import { manifestChanges } from '../../../../src/core/pack/update/conflict-causes.ts';
import { goodManifest } from '../../manifest/good-manifest.ts';

const plain = goodManifest('notes', { endpoints: ['POST /process', 'POST /a'], events_emitted: ['notes.started'] });
const text = { type: 'object', properties: { text: { type: 'string' } } };
const typed: Manifest = { ...plain, types: { Line: text }, input: text };

const cases: [name: string, then: Manifest, now: Manifest, changes: [sentence: string, part: Partial<Manifest>][]][] = [
  ['nothing', typed, structuredClone(typed), []],
  [
    'an entry that is new',
    plain,
    { ...plain, endpoints: ['POST /b', ...plain.endpoints] },
    [['POST /b was added to endpoints in manifest.yaml', { endpoints: ['POST /b', 'POST /process', 'POST /a'] }]],
  ],
  [
    'an entry that was removed, and a new one',
    plain,
    { ...plain, endpoints: ['POST /process', 'POST /b'] },
    [
      ['POST /a was removed from endpoints in manifest.yaml', { endpoints: ['POST /process'] }],
      ['POST /b was added to endpoints in manifest.yaml', { endpoints: ['POST /process', 'POST /b'] }],
    ],
  ],
  [
    'types of an endpoint and of an event',
    plain,
    {
      ...plain,
      endpoints: ['POST /process', { endpoint: 'POST /a', input: text }],
      events_emitted: [{ event: 'notes.started', payload: text }],
    },
    [
      [
        'POST /a was changed in endpoints in manifest.yaml',
        { endpoints: ['POST /process', { endpoint: 'POST /a', input: text }] },
      ],
      [
        'notes.started was changed in events_emitted in manifest.yaml',
        { events_emitted: [{ event: 'notes.started', payload: text }] },
      ],
    ],
  ],
  [
    'types that are new',
    plain,
    typed,
    [
      ['types.Line was added to manifest.yaml', { types: { Line: text } }],
      ['input was added to manifest.yaml', { input: text }],
    ],
  ],
  [
    'types that changed or are gone',
    typed,
    { ...plain, types: { Line: { type: 'object' } } },
    [
      ['types.Line was changed in manifest.yaml', { types: { Line: { type: 'object' } } }],
      ['input was removed from manifest.yaml', {}],
    ],
  ],
];
it.each(cases)('finds %s', (_, then, now, changes) => {
  const found = manifestChanges(then, now);
  expect(found.map(({ sentence }) => sentence)).toEqual(changes.map(([sentence]) => sentence));
  for (const [index, [, part]] of changes.entries()) expect(found[index]?.after).toMatchObject(part);
  expect(found.map(({ isRemoval }) => isRemoval)).toEqual(changes.map(([sentence]) => sentence.includes('removed')));
});
