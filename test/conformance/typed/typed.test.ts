import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supportedKeywords } from '../../../src/core/contract/read-type.ts';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { folderOf } from '../compare/hosts.ts';
import { missingServers } from '../host/services.ts';
import { describeEndpoints } from './endpoints.ts';
import { describeEventTypes } from './events.ts';
import { Pair } from './hosts.ts';
import { describeInput } from './input.ts';
import { describeOutput } from './output.ts';

it('the manifest of these tests has every keyword that types may have', () => {
  const manifest = readFileSync(new URL('../../fixtures/typed/orders.yaml', import.meta.url), 'utf8');
  const used = new Set([...manifest.matchAll(/[\w$]+(?=:)/g)].map(([keyword]) => keyword));
  expect(supportedKeywords.filter((keyword) => !used.has(keyword))).toEqual([]);
});

await describeWhere('types', [...missingPython(), ...missingServers(['psql'])], async () => {
  // Generates the hosts, which has no limit of time here.
  await Promise.all([folderOf('fastify'), folderOf('fastapi')]);
  describe('types in both stacks', { timeout: 180_000 }, () => {
    const pair = new Pair();
    beforeAll(() => pair.start());
    afterAll(() => pair.close());

    describeInput(pair);
    describeOutput(pair);
    describeEventTypes(pair);
    describeEndpoints(pair);
  });
});
