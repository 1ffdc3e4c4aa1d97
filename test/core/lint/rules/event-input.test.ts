import { expect, it } from 'vitest';
import { driftIn, generated } from '../../code/generated-code.ts';
import { goodManifest } from '../../manifest/good-manifest.ts';

type Schema = { readonly [keyword: string]: unknown };
const object = (properties: Schema, required: readonly string[] = [], more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  required,
  ...more,
});
const text = { type: 'string' };
const animal = (kind: string, more: Schema = {}) => object({ kind: { const: kind }, ...more }, ['kind']);
const types = {
  Page: object({ url: text }, ['url']),
  Cat: animal('cat'),
  Dog: animal('dog', { user_id: text }),
  Pet: { oneOf: [{ $ref: '#/types/Cat' }, { $ref: '#/types/Dog' }], discriminator: { propertyName: 'kind' } },
};

it.each<[string, Schema, Schema, string[]]>([
  ['a payload with more', object({ url: text }, ['url']), object({ url: text, size: text }, ['url']), []],
  ['a reference to an object', object({ url: text }, ['url']), { $ref: '#/types/Page' }, []],
  ['an input with the id of the user', object({ url: text, user_id: text }, ['user_id']), object({ url: text }), []],
  ['a missing property', object({ url: text }, ['url']), object({ path: text }), ['url is not declared there']],
  ['an optional property', object({ url: text }, ['url']), object({ url: text }), ['url is optional there']],
  [
    'another type',
    object({ url: text }),
    object({ url: { type: 'integer' } }),
    ['url is an integer there, not a string'],
  ],
  [
    'a closed payload',
    object({ url: text }),
    object({ url: text }, [], { additionalProperties: false }),
    ['it allows no user_id'],
  ],
  ['a choice of closed objects', object({ kind: text }), { $ref: '#/types/Pet' }, ['it allows no user_id']],
])('compares the input with %s', async (_, input, payload, reasons) => {
  const manifest = goodManifest('pages', {
    types,
    input,
    events_subscribed: [{ event: 'file.uploaded', payload }],
  });
  for (const stack of ['fastify', 'fastapi'] as const) {
    const found = await driftIn(await generated(stack, manifest), manifest);
    expect(found.map((line) => line.replace(/^.*handler starts: /, ''))).toEqual(reasons);
  }
});
