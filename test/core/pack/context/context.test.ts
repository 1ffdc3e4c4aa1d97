import { describe, expect, it } from 'vitest';
import { type Context, contextOf } from '../../../../src/core/pack/context/context.ts';
import { goodManifest } from '../../manifest/good-manifest.ts';

const context = (...given: Parameters<typeof goodManifest>): Context =>
  contextOf(goodManifest(...given), { name: 'tiny', version: '1.2.3' }, { base: './b' });

it('has the name in every form', () => {
  expect(context('document_search')).toMatchObject({
    name: 'document_search',
    camelName: 'documentSearch',
    kebabName: 'document-search',
    title: 'Document search',
    envPrefix: 'DOCUMENT_SEARCH',
    className: 'DocumentSearchModule',
    stem: 'DocumentSearch',
    namespace: 'document_search',
  });
});

it.each([
  ['DocumentSearchModule', 'DocumentSearch'],
  ['DocumentSearch', 'DocumentSearch'],
  ['ModuleModule', 'Module'],
  ['AModule', 'A'],
])('the stem of %s is %s', (class_name, stem) => expect(context('ocr', { class_name }).stem).toBe(stem));

it('contains the imports of the host and the pack', () => {
  expect(context()).toMatchObject({ imports: { base: './b' }, pack: { name: 'tiny', version: '1.2.3' } });
});

it.each<[object, boolean]>([
  [{ type: 'object', properties: { a: { type: 'string' } } }, false],
  [{ type: 'object', required: ['a'], properties: { a: { type: 'string' } } }, true],
  [{ oneOf: [{ $ref: '#/types/Cat' }, { $ref: '#/types/Dog' }], discriminator: { propertyName: 'kind' } }, true],
])('knows whether jobs need options: %j', (options, expected) => {
  const animal = (kind: string) => ({ type: 'object', required: ['kind'], properties: { kind: { const: kind } } });
  const types = { Cat: animal('cat'), Dog: animal('dog') };
  expect(context('ab', { types, options }).requiresOptions).toBe(expected);
});

it('knows which events generated tests can start jobs with', () => {
  const animal = (kind: string) => ({ type: 'object', required: ['kind'], properties: { kind: { const: kind } } });
  const types = { Cat: animal('cat'), Dog: animal('dog') };
  const pet = { oneOf: [{ $ref: '#/types/Cat' }, { $ref: '#/types/Dog' }], discriminator: { propertyName: 'kind' } };
  const events_subscribed = [
    { event: 'pets.any', payload: pet },
    { event: 'pets.cat', payload: { $ref: '#/types/Cat' } },
  ];
  // A choice of closed objects has no place for the user.
  expect(context('ab', { types, input: pet, events_subscribed }).fittingSubscriptions).toMatchObject([
    { name: 'pets.cat' },
  ]);
});

it('groups dependencies', () => {
  const dependencies = ['redis', 'module:ocr', 'wink-nlp@2.4.0', 'postgres', '@scope/pkg'];
  expect(context('ab', { dependencies }).dependencies).toEqual({
    services: ['redis', 'postgres'],
    modules: ['ocr'],
    packages: ['wink-nlp@2.4.0', '@scope/pkg'],
  });
});

describe('roles', () => {
  it('are all present in a standard module', () => {
    const { endpoint, permission, event, extraEndpoints, extraEvents } = context('ocr');
    expect(Object.values(endpoint).map((one) => one?.handler)).toEqual(Object.keys(endpoint));
    expect(permission).toEqual({ create: 'ocr:create', read: 'ocr:read', delete: 'ocr:delete', admin: 'ocr:admin' });
    expect(event).toMatchObject({ started: 'ocr.started', cancelled: 'ocr.cancelled' });
    expect([extraEndpoints, extraEvents]).toEqual([[], []]);
  });

  it('are null if the manifest does not have them', () => {
    const { endpoint, permission, event } = context('ocr', {
      endpoints: ['POST /process'],
      permissions_required: ['ocr:create'],
      events_emitted: ['ocr.started'],
    });
    expect(Object.values(endpoint).filter(Boolean)).toHaveLength(1);
    expect(permission).toEqual({ create: 'ocr:create', read: null, delete: null, admin: null });
    expect(event).toEqual({ started: 'ocr.started', progress: null, completed: null, failed: null, cancelled: null });
  });

  it('exclude extra endpoints and events', () => {
    const { extraEndpoints, extraEvents } = context('ocr', {
      endpoints: ['POST /process', 'POST /reindex', 'GET /process'],
      events_emitted: ['ocr.started', 'ocr.indexed', 'other.started'],
    });
    expect(extraEndpoints.map(({ entry }) => entry)).toEqual(['POST /reindex', 'GET /process']);
    expect(extraEvents.map(({ name, handler }) => [name, handler])).toEqual([
      ['ocr.indexed', 'indexed'],
      ['other.started', 'other_started'],
    ]);
  });

  it('depend on the namespace, not on the name', () => {
    const changes = { permissions_required: ['old:create', 'old:read'], events_emitted: ['old.started'] };
    expect(context('ocr', changes)).toMatchObject({
      namespace: 'old',
      permission: { create: 'old:create' },
      event: { started: 'old.started' },
    });
  });
});

it('separates user.deleted from other subscriptions', () => {
  expect(context('ocr', { events_subscribed: ['user.deleted', 'file.uploaded'] })).toMatchObject({
    subscribesUserDeleted: true,
    otherSubscriptions: [{ name: 'file.uploaded', handler: 'file_uploaded' }],
  });
  expect(context('ocr', { events_subscribed: [] })).toMatchObject({ subscribesUserDeleted: false, subscriptions: [] });
});

it('groups settings by origin, and finds those from the environment', () => {
  const found = context('ocr', {
    configuration: {
      timeout_seconds: 5,
      top_k: 3,
      api_key_env: 'MY_KEY',
      token: { type: 'string', secret: true },
      provider: 'openai',
    },
  });
  const keys = (settings: Context['settings']) => settings.map(({ key }) => key);
  expect(keys(found.standardSettings)).toEqual(['timeout_seconds', 'api_key_env', 'provider']);
  expect(keys(found.ownSettings)).toEqual(['top_k', 'token']);
  expect(keys(found.envSettings)).toEqual(['api_key_env', 'token']);
  expect(found.provider).toBe('openai');
  expect(context('ocr', { configuration: {} }).provider).toBe('local');
  const own = { provider: { type: 'string' as const, enum: ['local', 'mine'], default: 'mine' } };
  expect(keys(context('ocr', { configuration: own }).ownSettings)).toEqual(['provider']);
});

it('converts quantities to strings', () => {
  const resources = { cpu: 0.5, memory: 1_000_000, max_concurrent_jobs: 3 };
  expect(context('ocr', { resources }).resources).toEqual({ cpu: '0.5', memory: '1000000', max_concurrent_jobs: 3 });
});
