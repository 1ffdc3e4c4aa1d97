import { expect, it } from 'vitest';
import { parsePackMeta } from '../../../../src/core/pack/pack-meta.ts';
import { pendingChanges } from '../../../../src/core/pack/update/pending-changes.ts';
import { packYaml } from '../make-pack.ts';

const base = await parsePackMeta(`${packYaml}manifest_changes: [{ version: 1.1.0 }, { version: 1.2.0 }]\n`, 'tiny');
const own = 'name: acme\nversion: 2.0.0\nextends: tiny\nmanifest_changes: [{ version: 1.5.0 }, { version: 2.0.0 }]\n';
const extension = await parsePackMeta(own, 'acme', async () => base);

it.each([
  ['an older version of a pack', base, { name: 'tiny', version: '1.1.0' }, ['1.2.0']],
  [
    'an older version of both packs',
    extension,
    { name: 'acme', version: '1.9.0', base: { name: 'tiny', version: '1.0.0' } },
    ['1.1.0', '1.2.0', '2.0.0'],
  ],
  [
    'a new version of the base only',
    extension,
    { name: 'acme', version: '2.0.0', base: { name: 'tiny', version: '1.1.0' } },
    ['1.2.0'],
  ],
  ['a module that moves from the base', extension, { name: 'tiny', version: '1.1.0' }, ['1.2.0']],
  ['a pack that was a copy before', extension, { name: 'acme', version: '1.0.0' }, ['1.5.0', '2.0.0']],
])('knows the changes for %s', (_, meta, last, versions) => {
  expect(pendingChanges(last, meta, 'manifest_changes').map(({ version }) => version)).toEqual(versions);
});
