import { describe, expect, it } from 'vitest';
import { checkSemantics } from '../../../src/core/manifest/meaning.ts';
import type { ConfigurationValue, Manifest } from '../../../src/core/manifest/schema.ts';
import { goodManifest } from './good-manifest.ts';

const reported = (changes: Partial<Manifest>) =>
  checkSemantics(goodManifest('ocr', changes)).map(({ path, message }) => `${path.join('/')}: ${message}`);

it('reports nothing for the manifest that `new` writes', () => expect(reported({})).toEqual([]));

const all = goodManifest('ocr');
const lists: [name: string, changes: Partial<Manifest>, want: string[]][] = [
  [
    'an endpoint twice, once without its method',
    { endpoints: [...all.endpoints, '/process'] },
    ['endpoints/7: endpoints[7] duplicates endpoints[0]'],
  ],
  [
    'one path with two names for its parameter',
    { endpoints: ['GET /a/{x}', 'GET /a/{y}'] },
    ['endpoints/1: endpoints[1] duplicates endpoints[0]'],
  ],
  ['one path with two methods', { endpoints: ['GET /a', 'POST /a'] }, []],
  [
    'a permission twice',
    { permissions_required: [...all.permissions_required, 'ocr:read'] },
    ['permissions_required/4: permissions_required[4] duplicates permissions_required[1]'],
  ],
  [
    'events twice',
    { events_emitted: ['ocr.started', 'ocr.started'], events_subscribed: ['user.deleted', 'a.b', 'a.b'] },
    [
      'events_emitted/1: events_emitted[1] duplicates events_emitted[0]',
      'events_subscribed/2: events_subscribed[2] duplicates events_subscribed[1]',
    ],
  ],
  [
    'a dependency three times',
    { dependencies: ['redis', 'redis', 'redis'] },
    [
      'dependencies/1: dependencies[1] duplicates dependencies[0]',
      'dependencies/2: dependencies[2] duplicates dependencies[0]',
    ],
  ],
  [
    'permissions that endpoints need',
    { permissions_required: ['ocr:create', 'ocr:read'] },
    [
      'endpoints/3: POST /cancel/{job_id} requires ocr:delete, which is not in permissions_required',
      'endpoints/6: GET /admin/stats requires ocr:admin, which is not in permissions_required',
    ],
  ],
  [
    'the permission of a further endpoint',
    { endpoints: ['DELETE /a'], permissions_required: ['ocr:read'] },
    ['endpoints/0: DELETE /a requires ocr:delete, which is not in permissions_required'],
  ],
  ["the host's own endpoint", { endpoints: ['GET /health'] }, ['endpoints/0: GET /health is reserved for the host']],
  ['another method of it', { endpoints: ['POST /health', 'GET /health/{x}'] }, []],
];
it.each(lists)('%s', (_, changes, want) => expect(reported(changes)).toEqual(want));

describe('configuration', () => {
  const cases: [name: string, key: string, value: ConfigurationValue, want: string | undefined][] = [
    ['a text', 'mode', 'fast', undefined],
    ['an empty text', 'mode', '', undefined],
    ['a large number', 'limit', 1e300, undefined],
    ['a range', 'top_k', { type: 'integer', default: 5, minimum: 1, maximum: 10 }, undefined],
    ['a whole number for a number', 'ratio', { type: 'number', default: 1, enum: [1, 1.5] }, undefined],
    ['a secret', 'token', { type: 'string', secret: true }, undefined],
    ['a variable', 'token_env', 'MY_TOKEN', undefined],
    ['the default above', 'top_k', { type: 'integer', default: 50, maximum: 10 }, 'default 50, above its maximum 10'],
    ['the default below', 'top_k', { type: 'integer', default: 0, minimum: 1 }, 'default 0, below its minimum 1'],
    ['a range upside down', 'top_k', { type: 'integer', minimum: 5, maximum: 1 }, 'minimum above its maximum'],
    ['a range of texts', 'mode', { type: 'string', minimum: 1 }, 'has a minimum or maximum, but its type is string'],
    [
      'a default of another type',
      'top_k',
      { type: 'integer', default: '5' },
      'value "5", which is not of type integer',
    ],
    [
      'a fraction for an integer',
      'top_k',
      { type: 'integer', default: 1.5 },
      'value 1.5, which is not of type integer',
    ],
    [
      'a number that is too large to be exact',
      'top_k',
      { type: 'integer', default: 1e20 },
      'which is not of type integer',
    ],
    ['an enum of another type', 'mode', { type: 'string', enum: ['a', 1] }, 'value 1, which is not of type string'],
    [
      'a default outside its enum',
      'mode',
      { type: 'string', default: 'c', enum: ['a'] },
      'default "c", which is not in its enum',
    ],
    ['a secret with a value', 'token', { type: 'string', secret: true, default: 'x' }, 'is a secret but has a value'],
    [
      'a key instead of the name of its variable',
      'token_env',
      'sk-12345',
      'must be the name of an environment variable',
    ],
    ['an empty name of a variable', 'token_env', { type: 'string' }, 'must be the name of an environment variable'],
    ['a standard key', 'timeout_seconds', 0.5, undefined],
    ['a standard key in long form', 'timeout_seconds', { type: 'integer', default: 60, maximum: 120 }, undefined],
    ['a standard key out of range', 'retry_attempts', 11, 'default 11, above its maximum 10'],
    ['the same in long form', 'retry_attempts', { type: 'integer', default: 11, maximum: 20 }, 'above its maximum 10'],
    ['a standard key of another type', 'timeout_seconds', 'long', 'must have type number, like the standard setting'],
    ['half an attempt', 'retry_attempts', 1.5, 'must have type integer, like the standard setting'],
    ['the same type in long form', 'provider', { type: 'boolean' }, 'must have type string, like the standard setting'],
    ['an unknown provider', 'provider', 'azure', 'default "azure", which is not in its enum'],
    ['a provider of its own', 'provider', { type: 'string', enum: ['local', 'azure'], default: 'azure' }, undefined],
    ['a key that only looks standard', 'constructor_', 'x', undefined],
  ];
  it('points at the invalid part of the long form', () => {
    const pathOf = (value: ConfigurationValue) =>
      checkSemantics(goodManifest('ocr', { configuration: { a: value } }))[0]?.path;
    expect(pathOf({ type: 'integer', default: 9, maximum: 5 })).toEqual(['configuration', 'a', 'default']);
    expect(pathOf({ type: 'integer', minimum: 9, maximum: 5 })).toEqual(['configuration', 'a', 'minimum']);
    expect(pathOf({ type: 'string', enum: ['a', 1] })).toEqual(['configuration', 'a', 'enum']);
  });

  it.each(cases)('%s', (_, key, value, want) => {
    const lines = reported({ configuration: { [key]: value } });
    expect(lines).toHaveLength(want === undefined ? 0 : 1);
    const part = typeof value === 'object' ? '(/(default|minimum|enum|type))?' : '';
    if (want !== undefined) expect(lines[0]).toMatch(new RegExp(`^configuration/${key}${part}: configuration.${key} `));
    if (want !== undefined) expect(lines[0]).toContain(want);
  });
});
