import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertProperty, draws } from '../../draws.ts';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { compareScenario } from './compare.ts';
import { type Pair, startPair } from './hosts.ts';
import { malformed, sendBytes } from './malformed.ts';
import { scenario, stepsPerScenario } from './requests.ts';
import { answersOf, bodies, descriptionOf, queries, values } from './typed-values.ts';

await describeWhere('both stacks', missingPython(), () => {
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

    describe('with a typed module', () => {
      it.each(values.map((row) => [row[0], row.slice(1) as object[]] as const))('agree on %s', async (_, given) => {
        const body = (more: object) => ({ text: 'abc', ...more });
        const calls = given.flatMap((more) => [
          { method: 'POST', path: '/check', body: body(more) },
          { method: 'POST', path: '/process', body: { input_data: body(more) } },
          { method: 'POST', path: '/compute', body: { input_data: body(more), options: {} } },
        ]);
        const statuses: number[] = [];
        for (const call of calls) {
          const [node, python] = await answersOf(pair, call);
          expect(python, JSON.stringify(call)).toEqual(node);
          statuses.push((node as [number])[0]);
        }
        expect(statuses).toEqual(given.flatMap((_, index) => (index === 0 ? [200, 202, 200] : [422, 422, 422])));
      });

      it('agree on other bodies and on queries', async () => {
        const calls = [
          ...bodies.flatMap((body) =>
            ['/process', '/compute', '/check'].map((path) => ({ method: 'POST', path, body })),
          ),
          ...queries.map((query) => ({ method: 'GET', path: `/find/here?${query}` })),
          { method: 'DELETE', path: '/things' },
          { method: 'GET', path: '/compute/abc' },
          { method: 'GET', path: '/compute/a?count=3&flag=true&unknown=1' },
        ];
        for (const call of calls) {
          const [node, python] = await answersOf(pair, call);
          expect(python, JSON.stringify(call)).toEqual(node);
        }
      });
    });

    it.each(['typed_values', 'document_search', 'many_methods'])('describe %s in the same way', async (module) => {
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
