import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertProperty, draws } from '../../draws.ts';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { compareScenario } from './compare.ts';
import { descriptionOf } from './descriptions.ts';
import { folderOf, moduleNames, type Pair, startPair } from './hosts.ts';
import { malformed, sendBytes } from './malformed.ts';
import { scenario, stepsPerScenario } from './requests.ts';

await describeWhere('both stacks', missingPython(), async () => {
  // Generates the hosts, which has no limit of time here.
  await Promise.all([folderOf('fastify'), folderOf('fastapi')]);
  describe('both stacks', () => {
    let pair: Pair;
    beforeAll(async () => {
      pair = await startPair();
    });
    afterAll(() => pair?.close());

    it('give the same answers to drawn requests', async () => {
      const property = fc.asyncProperty(scenario, (steps) => compareScenario(pair, steps));
      await assertProperty(draws.comparedRequests / stepsPerScenario, property);
    });

    it.each(moduleNames)('describe %s in the same way', async (module) => {
      expect(await descriptionOf(pair.fastapi, module)).toEqual(await descriptionOf(pair.fastify, module));
    });

    it.each(malformed)('refuse in JSON: %s', async (_, bytes, status, code) => {
      for (const host of [pair.fastify, pair.fastapi]) {
        const answer = await sendBytes(host, bytes);
        expect(answer).toEqual({ status, type: 'application/json', json: { detail: code } });
      }
    });
  });
});
