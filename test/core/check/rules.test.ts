import { describe, expect, it } from 'vitest';
import type { ManifestRule, Subject } from '../../../src/core/check/rule.ts';
import { rules } from '../../../src/core/check/rules.ts';
import { namespaceOf } from '../../../src/core/manifest/namespace.ts';
import type { Manifest } from '../../../src/core/manifest/schema.ts';
import { goodManifest } from '../manifest/good-manifest.ts';

const manifests: readonly Manifest[] = [
  goodManifest(),
  goodManifest('other_name', {
    class_name: 'Misnamed',
    dependencies: ['redis', 'redis'],
    endpoints: ['GET /{any}', 'GET /list', 'GET /list', 'POST /health'],
    permissions_required: ['other_name:create', 'foreign:read'],
    events_emitted: ['foreign.started', 'other_name.completed', 'user.deleted'],
    events_subscribed: ['other_name.completed', 'other_name.completed'],
    resources: { cpu: '500', memory: '2', max_concurrent_jobs: 1 },
    configuration: {
      retry_attempts: 99,
      api_key_env: 'not a name',
      api_token: 'hunter2',
      password: { type: 'string', default: 'x', secret: true, description: 'sk-ant-0123456789012345678901234' },
    },
  }),
];

const manifestRules = rules.filter((rule): rule is ManifestRule => rule.kind === 'manifest');

/** The fields that a rule looks at; the namespace and the folder belong to the name. */
function touchedBy(rule: ManifestRule, manifest: Manifest): Set<string> {
  const touched = new Set<string>();
  const noting = <T extends object>(value: T, nameOf: (key: string) => string | undefined) =>
    new Proxy(value, {
      get(target, key, receiver) {
        const name = nameOf(String(key));
        if (name !== undefined) touched.add(name);
        return Reflect.get(target, key, receiver);
      },
    });
  const subject: Subject = {
    file: 'm/manifest.yaml',
    folder: 'elsewhere',
    manifest: noting(manifest, (field) => field),
    namespace: namespaceOf(manifest),
    faulty: new Set(),
  };
  rule.check(noting(subject, (key) => (key === 'namespace' || key === 'folder' ? 'name' : undefined)));
  return touched;
}

describe('what a rule says it reads', () => {
  it.each(manifestRules.map((rule) => [rule.id, rule] as const))('is all that %s looks at', (_, rule) => {
    for (const manifest of manifests)
      expect([...touchedBy(rule, manifest)].filter((field) => !rule.reads.some((one) => one === field))).toEqual([]);
  });

  it('is looked at by one of the two manifests at least', () => {
    for (const rule of manifestRules)
      expect(manifests.flatMap((manifest) => [...touchedBy(rule, manifest)])).not.toEqual([]);
  });
});
