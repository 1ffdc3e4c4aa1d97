import { afterAll, beforeAll, describe } from 'vitest';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { folderOf } from '../compare/hosts.ts';
import { missingServers } from '../host/services.ts';
import { describeEndpoints } from './endpoints.ts';
import { describeEventTypes } from './events.ts';
import { Pair } from './hosts.ts';
import { describeInput } from './input.ts';
import { describeOutput } from './output.ts';

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
