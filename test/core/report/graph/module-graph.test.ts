import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../../src/core/manifest/schema.ts';
import {
  type DrawnManifest,
  graphOf,
  graphProblems,
  graphToJson,
} from '../../../../src/core/report/graph/module-graph.ts';
import { goodManifest } from '../../manifest/good-manifest.ts';

const drawn = (name: string, changes: Partial<Manifest> = {}): DrawnManifest => ({
  name,
  folder: `modules/${name}`,
  manifest: goodManifest(name, { dependencies: [], ...changes }),
});
const graph = (...manifests: readonly DrawnManifest[]) => graphOf(manifests, ['user.deleted']);

describe('the graph of modules', () => {
  it('has dependencies, events with subscribers, and permissions of other modules', () => {
    const search = drawn('search', {
      dependencies: ['postgres', 'module:upload'],
      events_subscribed: ['user.deleted', 'upload.completed'],
      permissions_required: ['search:read', 'upload:read'],
    });
    const found = graph(search, drawn('upload'));
    expect(graphToJson(found)).toMatchObject({
      modules: [
        { name: 'search', state: 'valid', services: ['postgres'], fromHost: ['user.deleted'] },
        { name: 'upload', folder: 'modules/upload', version: '1.0.0' },
      ],
      events: [{ name: 'upload.completed', publishers: ['upload'], subscribers: ['search'] }],
      dependencies: [{ from: 'search', to: 'upload' }],
      permissions: [{ from: 'search', to: 'upload', permissions: ['upload:read'] }],
      cycles: [],
      loops: [],
    });
    expect(found.modules[1]?.unheard).toEqual(expect.arrayContaining(['upload.started', 'upload.failed']));
    expect(found.modules[1]?.unheard).not.toContain('upload.completed');
    expect(graphProblems(found)).toEqual([]);
  });

  it('reports cycles, missing and invalid modules, events without publisher, and event loops', () => {
    const found = graph(
      drawn('first', { dependencies: ['module:second'], events_subscribed: ['second.completed', 'nobody.sends'] }),
      drawn('second', { dependencies: ['module:third'], events_subscribed: ['first.completed'] }),
      drawn('third', { dependencies: ['module:first', 'module:lost'] }),
      drawn('alone', { dependencies: ['module:alone'] }),
      { name: 'broken', folder: 'modules/broken', manifest: undefined },
    );
    expect(graphProblems(found)).toEqual([
      'Cycle: alone depends on itself, so it never starts.',
      'Cycle: first, second, third depend on each other, so none of them starts.',
      'The host has no module lost, which third needs.',
      'modules/broken/manifest.yaml is invalid. Run `create-ai-module validate`.',
      'Nothing emits nobody.sends, to which first subscribes.',
      'Event loop: first, second subscribe to events of each other.',
    ]);
  });

  it('takes an invalid module for the one that others need', () => {
    const found = graph(drawn('search', { dependencies: ['module:broken'] }), {
      name: 'broken',
      folder: 'modules/broken',
      manifest: undefined,
    });
    expect(found.modules.map(({ name, state }) => [name, state])).toEqual([
      ['broken', 'invalid'],
      ['search', 'valid'],
    ]);
  });

  it('does not depend on the order of the modules', () => {
    const modules = ['one', 'two', 'six'].map((name) => drawn(name, { events_subscribed: ['one.completed'] }));
    expect(graph(...modules.toReversed())).toEqual(graph(...modules));
  });
});
