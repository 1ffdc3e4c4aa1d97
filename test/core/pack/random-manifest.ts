import { checkManifestValue } from '../../../src/core/manifest/parse.ts';
import type { Manifest } from '../../../src/core/manifest/schema.ts';
import { oneLine } from '../../../src/core/text/literals.ts';
import { classNameFor } from '../../../src/core/text/names.ts';
import { objectOf, randomTypes, unionOfObjects } from '../contract/random-types.ts';
import { hostileTexts } from '../hostile.ts';

/** Random values: the same seed gives the same manifest. Does not use fast-check, which is too slow for thousands. */
export class Draw {
  #state: number;

  constructor(seed: number) {
    // Spreads consecutive seeds.
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0;
  }

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  one<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  some<T>(items: readonly T[]): T[] {
    return items.filter(() => this.below(2) === 0);
  }

  times<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  flag(): boolean {
    return this.below(2) === 0;
  }

  word(): string {
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const rest = Array.from({ length: 1 + this.below(9) }, () => this.one([...letters, ...'0123456789_']));
    return `${this.one([...letters])}${rest.join('')}`;
  }

  /** Hostile and harmless texts, concatenated, and random Unicode characters. */
  prose(limit = 600): string {
    const odd = Array.from({ length: this.below(6) }, () => String.fromCodePoint(0x20 + this.below(0x2fff)));
    const pieces = [this.one(hostileTexts)[1], odd.join(''), this.flag() ? this.one(hostileTexts)[1] : this.word()];
    return pieces.join(this.one(['', ' ', '\n'])).slice(0, 1 + this.below(limit));
  }
}

function setting(draw: Draw): unknown {
  const about = draw.flag() ? { description: draw.prose() } : {};
  const from = draw.below(200) - 100;
  const [room, at] = [draw.below(100), draw.below(100)];
  return draw.one([
    () => draw.prose(),
    () => draw.one([0, -1, 1.5, 1e21, 1e-7, -0, 2 ** 53, draw.below(1e6)]),
    () => draw.flag(),
    () => ({ type: 'string', default: draw.prose(), ...about }),
    () => ({ type: 'string', enum: [...new Set([draw.prose(), draw.word()])], ...about }),
    () => ({ type: 'string', secret: true, ...about }),
    () => ({ type: 'boolean', default: draw.flag(), ...about }),
    () => ({ type: 'integer', minimum: from, maximum: from + room, default: from + Math.min(at, room), ...about }),
    () => ({ type: 'number', minimum: from / 8, ...about }),
    () => listOf(draw, draw.one(itemTypes), 1),
    () => {
      const type = draw.one(itemTypes);
      const list = listOf(draw, type);
      const limits = draw.flag()
        ? { minItems: draw.below(list.length + 1), maxItems: list.length + draw.below(9) }
        : {};
      return { type: 'array', items: { type }, ...(draw.flag() ? { default: list } : {}), ...limits, ...about };
    },
  ])();
}

const itemTypes = ['string', 'integer', 'number', 'boolean'] as const;

function listOf(draw: Draw, type: (typeof itemTypes)[number], least = 0): unknown[] {
  const items: Readonly<Record<typeof type, () => unknown>> = {
    string: () => draw.prose(),
    integer: () => draw.below(200) - 100,
    number: () => draw.one([0, -1.5, 1e21, 1e-7, draw.below(1e6)]),
    boolean: () => draw.flag(),
  };
  return Array.from({ length: least + draw.below(4) }, () => items[type]());
}

function endpoint(draw: Draw): string {
  const parts = draw.times(3, () => draw.one([draw.word(), `{${draw.word()}}`, 'A.b-c~d', '0']));
  return `${draw.one(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])} /${[draw.word(), ...parts].join('/')}`;
}

const standardEndpoints = [
  'POST /process',
  '/status/{job_id}',
  'GET /list',
  '/cancel/{job_id}',
  'GET /result/{job_id}',
  'GET /admin/stats',
];

/** Manifest values as an author writes them: every part of the grammar, in valid combinations. */
export function candidateManifest(draw: Draw): unknown {
  const name = draw.word();
  const namespace = draw.one([name, `${name}_ns`]);
  const other = draw.word();
  const own = (verbs: readonly string[], mark: string) => verbs.map((verb) => `${namespace}${mark}${verb}`);
  return {
    name,
    version: draw.one(['1.0.0', '0.1.0-rc.1', '10.20.30+build.7']),
    description: draw.prose(),
    author: draw.prose(150),
    class_name: draw.one([classNameFor(name), 'Search', 'HTTPServer2', 'ModuleModule']),
    dependencies: draw.some(['redis', 'celery', 'module:other_one', 'wink-nlp@2.4.0', '@scope/pkg', 'spacy>=3.7']),
    endpoints: [...draw.some(standardEndpoints), ...draw.times(3, () => endpoint(draw))],
    permissions_required: [
      ...own(['create', 'read', 'delete', 'admin'], ':'),
      ...draw.some([`${namespace}:share`, `${other}:read`, `${namespace}:class`]),
    ],
    events_emitted: [
      ...draw.some(own(['started', 'progress', 'completed', 'failed', 'cancelled'], '.')),
      ...draw.some([`${namespace}.indexed`, `${other}.sent`, `${namespace}.import`]),
    ],
    events_subscribed: draw.some(['user.deleted', 'file.uploaded', `${other}.started`, 'file.delete']),
    resources: {
      cpu: draw.one(['1', '0.5', '500m', 2]),
      memory: draw.one(['2Gi', '512Mi', '1000000']),
      max_concurrent_jobs: 1 + draw.below(1000),
    },
    configuration: {
      ...Object.fromEntries(draw.times(4, () => [draw.word(), setting(draw)])),
      ...(draw.flag() ? { timeout_seconds: 1 + draw.below(3600) } : {}),
      ...(draw.flag() ? { provider: draw.one(['local', 'openai']) } : {}),
      ...(draw.flag() ? { api_key_env: draw.one(['MY_KEY', 'A_1']) } : {}),
    },
  };
}

type Untyped = { readonly [List in 'endpoints' | 'events_emitted' | 'events_subscribed']: readonly string[] };

/** The same with types at every place that may have one. */
function typedManifest(draw: Draw): unknown {
  const manifest = candidateManifest(draw) as Untyped;
  const named = ['Line', 'Value'];
  const object = () =>
    draw.one<() => object>([
      () => objectOf(draw, named),
      () => objectOf(draw, named),
      () => objectOf(draw, named),
      () => ({ $ref: '#/types/Line' }),
      unionOfObjects,
      () => ({ type: 'object', additionalProperties: { $ref: '#/types/Value' } }),
    ])();
  const maybe = <T>(key: string, make: () => T): { [key: string]: T } => (draw.flag() ? { [key]: make() } : {});
  const query = () => ({
    type: 'object',
    required: ['page'],
    properties: { page: { type: 'integer', minimum: 1 }, kind: { enum: ['a', 'b'], default: 'a' } },
  });
  const endpoints = manifest.endpoints.map((endpoint) => {
    if (standardEndpoints.includes(endpoint)) return endpoint;
    const isQuery = /^(GET|DELETE) /.test(endpoint);
    const about = draw.prose(200);
    return {
      endpoint,
      ...maybe('input', isQuery ? query : object),
      ...maybe('output', object),
      ...(oneLine(about) === '' ? {} : maybe('summary', () => oneLine(about))),
    };
  });
  const withPayload = (event: string) => (draw.flag() ? event : { event, ...maybe('payload', object) });
  return {
    ...manifest,
    types: randomTypes(draw).declared,
    ...maybe('input', object),
    ...maybe('options', object),
    ...maybe('output', object),
    endpoints,
    events_emitted: manifest.events_emitted.map(withPayload),
    events_subscribed: manifest.events_subscribed.map(withPayload),
  };
}

/** A valid random manifest, every other one with types. */
export function randomManifest(seed: number): Manifest {
  const draw = new Draw(seed);
  const candidate = seed % 2 === 0 ? typedManifest : candidateManifest;
  for (let tries = 0; tries < 100; tries += 1) {
    const { manifest } = checkManifestValue(candidate(draw));
    if (manifest !== undefined) return manifest;
  }
  throw new Error('100 random manifests in a row are refused');
}
