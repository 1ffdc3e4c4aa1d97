import { describe, expect, it } from 'vitest';
import { type ChangeId, changeKinds, type TypeChangeId } from '../../../../src/core/lint/against/change-kinds.ts';
import { compareManifests } from '../../../../src/core/lint/against/compare-manifests.ts';
import { checkValue, manifestFacts } from '../../../../src/core/lint/subject.ts';
import { draws, eachSeed } from '../../../draws.ts';
import { candidateManifest, Draw } from '../../pack/random-manifest.ts';

const base = {
  name: 'ocr',
  version: '1.0.0',
  description: 'Reads.',
  author: 'Ada',
  class_name: 'OcrModule',
};

function factsOf(value: unknown) {
  const checked = checkValue(value);
  if (!('manifest' in checked)) throw new Error('not a manifest');
  return manifestFacts({ file: 'ocr/manifest.yaml', folder: 'ocr' }, checked);
}

const compared = (before: object, after: object) =>
  compareManifests(factsOf({ ...base, ...before }), factsOf({ ...base, ...after }));

const permissions = { permissions_required: ['ocr:create', 'ocr:read'] };
const endpoints = (...list: unknown[]) => ({ ...permissions, endpoints: list });
const settings = (configuration: object) => ({ configuration });
const text = { type: 'object', properties: { text: { type: 'string' } } };
const number = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };
const show = (more: object) => endpoints({ endpoint: 'POST /show', ...more });

/** An example of each kind: before, after, the place in the newer manifest, and the text. */
const examples: Readonly<Record<ChangeId, [before: object, after: object, path: string, text: string]>> = {
  'name-changed': [{}, { name: 'reader' }, 'name', 'the name changed from ocr to reader'],
  'class-renamed': [{}, { class_name: 'OcrReader' }, 'class_name', 'class_name changed from OcrModule to OcrReader'],
  'endpoint-removed': [endpoints('GET /a', 'POST /b'), endpoints('POST /b'), 'endpoints', 'GET /a was removed'],
  'endpoint-added': [endpoints('GET /a'), endpoints('GET /a', 'POST /b'), 'endpoints/1', 'POST /b was added'],
  'endpoint-role': [
    endpoints('POST /v1/process', 'POST /process'),
    endpoints('POST /process'),
    'endpoints/0',
    'POST /process changed from an endpoint of the module to the standard endpoint process',
  ],
  'endpoint-permission': [
    endpoints('POST /b'),
    endpoints({ endpoint: 'POST /b', permission: 'ocr:read' }),
    'endpoints/0/permission',
    'the permission of POST /b changed from ocr:create to ocr:read',
  ],
  'endpoint-typed': [
    endpoints('POST /show'),
    show({ input: text }),
    'endpoints/0',
    'POST /show has types of its own now',
  ],
  'endpoint-input': [
    show({ output: text }),
    show({ input: text, output: text }),
    'endpoints/0/input',
    'the input of POST /show was added',
  ],
  'endpoint-query': [
    endpoints({ endpoint: 'GET /show', output: text }),
    endpoints({ endpoint: 'GET /show', input: text, output: text }),
    'endpoints/0/input',
    'the input of GET /show was added',
  ],
  'endpoint-output': [
    show({ input: text, output: text }),
    show({ input: text }),
    'endpoints/0',
    'the output of POST /show was removed',
  ],
  'parameter-renamed': [
    endpoints('GET /a/{id}'),
    endpoints('GET /a/{page}'),
    'endpoints/0',
    'GET /a/{page}: the path changed from /a/{id} to /a/{page}',
  ],
  'permission-added': [
    permissions,
    { permissions_required: ['ocr:create', 'ocr:read', 'ocr:train'] },
    'permissions_required/2',
    'the permission ocr:train was added',
  ],
  'permission-of-new-endpoint': [
    endpoints('GET /a'),
    { permissions_required: ['ocr:create', 'ocr:read', 'ocr:delete'], endpoints: ['GET /a', 'DELETE /a'] },
    'permissions_required/2',
    'the permission ocr:delete was added',
  ],
  'permission-removed': [
    permissions,
    { permissions_required: ['ocr:create'] },
    'permissions_required',
    'the permission ocr:read was removed',
  ],
  'event-removed': [
    { events_emitted: ['ocr.a', 'ocr.b'] },
    { events_emitted: ['ocr.a'] },
    'events_emitted',
    'the event ocr.b was removed',
  ],
  'event-added': [
    { events_emitted: ['ocr.a'] },
    { events_emitted: ['ocr.a', 'ocr.b'] },
    'events_emitted/1',
    'the event ocr.b was added',
  ],
  'subscription-removed': [
    { events_subscribed: ['file.uploaded'] },
    {},
    'events_subscribed',
    'the subscription to file.uploaded was removed',
  ],
  'subscription-added': [
    {},
    { events_subscribed: ['file.uploaded'] },
    'events_subscribed/0',
    'the subscription to file.uploaded was added',
  ],
  'module-required': [
    {},
    { dependencies: ['module:asr'] },
    'dependencies/0',
    'the dependency on the module asr was added',
  ],
  'service-required': [
    {},
    { dependencies: ['redis'] },
    'dependencies/0',
    'the dependency on the service redis was added',
  ],
  'package-changed': [
    { dependencies: ['@scope/pkg@1.0.0'] },
    { dependencies: ['@scope/pkg@2.0.0'] },
    'dependencies/0',
    'the dependency changed from @scope/pkg@1.0.0 to @scope/pkg@2.0.0',
  ],
  'dependency-removed': [{ dependencies: ['redis'] }, {}, 'dependencies', 'the dependency redis was removed'],
  'resources-changed': [
    { resources: { cpu: '1' } },
    { resources: { cpu: '2' } },
    'resources/cpu',
    'resources.cpu changed from 1 to 2',
  ],
  'setting-added': [
    {},
    settings({ top_k: 5 }),
    'configuration/top_k',
    'the setting top_k was added, with the default 5',
  ],
  'setting-required': [
    {},
    settings({ region: { type: 'string' } }),
    'configuration/region',
    'the setting region was added, without a default',
  ],
  'setting-removed': [settings({ top_k: 5 }), {}, 'configuration', 'the setting top_k was removed'],
  'setting-type': [
    settings({ top_k: 5 }),
    settings({ top_k: 'five' }),
    'configuration/top_k',
    'top_k: the type changed from integer to string',
  ],
  'setting-type-widened': [
    settings({ top_k: { type: 'integer', default: 5 } }),
    settings({ top_k: { type: 'number', default: 5 } }),
    'configuration/top_k/type',
    'top_k: the type changed from integer to number',
  ],
  'setting-narrowed': [
    settings({ top_k: { type: 'integer', default: 5, maximum: 50 } }),
    settings({ top_k: { type: 'integer', default: 5, maximum: 20 } }),
    'configuration/top_k/maximum',
    'top_k: maximum changed from 50 to 20',
  ],
  'setting-widened': [
    settings({ mode: { type: 'string', default: 'a', enum: ['a'] } }),
    settings({ mode: { type: 'string', default: 'a', enum: ['a', 'b'] } }),
    'configuration/mode/enum',
    'mode: ["b"] is allowed in addition',
  ],
  'setting-default-removed': [
    settings({ top_k: { type: 'integer', default: 5 } }),
    settings({ top_k: { type: 'integer' } }),
    'configuration/top_k/type',
    'top_k: the default changed from 5 to none',
  ],
  'setting-default-added': [
    settings({ top_k: { type: 'integer' } }),
    settings({ top_k: { type: 'integer', default: 5 } }),
    'configuration/top_k/default',
    'top_k: the default changed from none to 5',
  ],
  'setting-default-changed': [
    settings({ top_k: 5 }),
    settings({ top_k: 6 }),
    'configuration/top_k',
    'top_k: the default changed from 5 to 6',
  ],
  'environment-name': [
    settings({ index_key_env: 'OCR_INDEX_KEY' }),
    settings({ index_key_env: 'OCR_SEARCH_KEY' }),
    'configuration/index_key_env',
    'index_key_env: the name of the environment variable changed from OCR_INDEX_KEY to OCR_SEARCH_KEY',
  ],
  'provider-changed': [
    {},
    settings({ provider: 'openai' }),
    'configuration/provider',
    'provider: the default changed from "local" to "openai"',
  ],
  'caller-limit': [
    {},
    settings({ max_pending_jobs: 10 }),
    'configuration/max_pending_jobs',
    'max_pending_jobs: the default changed from 100 to 10',
  ],
};

describe('a change', () => {
  it.each(Object.entries(examples))('%s', (kind, [before, after, path, text]) => {
    const { verdict, affects } = changeKinds[kind as ChangeId];
    const changes = compared(before, after).filter((one) => one.kind === kind);
    expect(changes.map((one) => ({ ...one, path: one.path.join('/') }))).toEqual([
      { kind, verdict, affects, text, path },
    ]);
  });

  it.each<[name: string, before: object, after: object, kinds: readonly string[]]>([
    ['prose', {}, { description: 'Reads more.', author: 'Bob' }, []],
    ['the order of entries', { events_emitted: ['ocr.a', 'ocr.b'] }, { events_emitted: ['ocr.b', 'ocr.a'] }, []],
    ['the long form of an endpoint', endpoints('POST /b'), endpoints({ endpoint: 'POST /b', summary: 'B.' }), []],
    ['the long form of a setting', settings({ top_k: 5 }), settings({ top_k: { type: 'integer', default: 5 } }), []],
    ['a standard setting with its default', {}, settings({ retry_attempts: 3 }), []],
    [
      'the range of a standard setting',
      {},
      settings({ retry_attempts: { type: 'integer', default: 3, maximum: 5 } }),
      ['setting-narrowed'],
    ],
    ['a standard setting in the long form', settings({ max_pending_jobs: { type: 'integer' } }), {}, []],
    ['a higher limit of callers', {}, settings({ max_input_bytes: 2_000_000 }), ['setting-default-changed']],
    ['a secret', {}, settings({ key: { type: 'string', secret: true } }), ['setting-required']],
    ['a name of a variable', {}, settings({ key_env: 'OCR_KEY' }), ['setting-required']],
    [
      'a permission of an endpoint that had another one',
      endpoints('POST /b'),
      {
        permissions_required: ['ocr:create', 'ocr:read', 'ocr:show'],
        endpoints: [{ endpoint: 'POST /b', permission: 'ocr:show' }],
      },
      ['endpoint-permission'],
    ],
    ['a removed input that had required properties', { input: number }, {}, ['undeclared']],
    ['a removed input that could be empty', { input: text }, {}, ['undeclared', 'limit-narrowed']],
    [
      'types in two places of one type',
      {
        types: { Line: text },
        input: { $ref: '#/types/Line' },
        options: { $ref: '#/types/Line' },
      },
      {
        types: { Line: number },
        input: { $ref: '#/types/Line' },
        options: { $ref: '#/types/Line' },
      },
      ['property-removed', 'required-property-added'],
    ],
  ])('%s', (_, before, after, kinds) => {
    expect(compared(before, after).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('a type', () => {
  const payload = (list: string, schema?: object) => ({
    [list]: [schema === undefined ? 'ocr.done' : { event: 'ocr.done', payload: schema }],
  });

  it.each<[place: string, of: (schema?: object) => object, received: boolean, party: string]>([
    ['input', (input) => (input === undefined ? {} : { input }), true, 'callers'],
    ['options', (options) => (options === undefined ? {} : { options }), true, 'callers'],
    ['output', (output) => (output === undefined ? {} : { output }), false, 'callers'],
    ['the payload of an emitted event', (schema) => payload('events_emitted', schema), false, 'subscribers'],
    ['the payload of a handled event', (schema) => payload('events_subscribed', schema), true, 'callers'],
  ])('of %s', (_, of, received, party) => {
    const verdict = (isBreaking: boolean) => (isBreaking ? 'breaking' : 'compatible');
    const of2 = (kind: TypeChangeId, before?: object, after?: object) => {
      const found = compared(of(before), of(after)).find((one) => one.kind === kind);
      return found && [found.verdict, ...found.affects];
    };
    const nullable = { type: 'object', required: ['n'], properties: { n: { type: ['integer', 'null'] } } };
    expect(of2('declared', undefined, number)).toEqual([verdict(received), party]);
    expect(of2('undeclared', number)).toEqual([verdict(!received), party]);
    expect(of2('null-added', number, nullable)).toEqual([verdict(!received), party]);
    expect(of2('null-removed', nullable, number)).toEqual([verdict(received), party]);
    expect(of2('property-removed', number, text)).toEqual(['breaking', party]);
  });

  it('of an endpoint is compared', () => {
    const changes = compared(show({ input: number, output: number }), show({ input: text, output: text }));
    expect(changes.map(({ kind, verdict }) => `${kind} ${verdict}`)).toEqual([
      'property-removed breaking',
      'property-added compatible',
      'property-removed breaking',
      'property-added compatible',
    ]);
  });

  it('with an unsupported keyword is breaking only if it changed', () => {
    const odd = (more: object) => ({
      input: { type: 'object', properties: { a: { type: 'string', title: 'A', ...more } } },
    });
    expect(compared(odd({}), odd({ description: 'Text.' }))).toEqual([]);
    expect(compared(odd({}), odd({ maxLength: 5 })).map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ['unclear', 'breaking'],
    ]);
    const both = { ...odd({}), output: number };
    expect(compared(both, { ...both, output: text }).map(({ kind }) => kind)).toEqual([
      'property-removed',
      'property-added',
    ]);
  });
});

describe('an invalid manifest', () => {
  it('is compared in its valid fields', () => {
    const before = { ...endpoints('FETCH /a'), events_emitted: ['ocr.a', 'ocr.b'], ...settings({ a: 1, B: 2 }) };
    const after = { ...endpoints('GET /a'), events_emitted: ['ocr.a'], ...settings({ a: 2, c: 3 }) };
    expect(compared(before, after).map(({ kind }) => kind)).toEqual(['event-removed', 'setting-default-changed']);
  });
});

it('a random manifest has no change when compared with itself', async () => {
  await eachSeed(draws.properties, (seed) => {
    const [one, same] = [candidateManifest(new Draw(seed)), candidateManifest(new Draw(seed))];
    if (!('manifest' in checkValue(one))) return;
    expect(compareManifests(factsOf(one), factsOf(same))).toEqual([]);
  });
});
