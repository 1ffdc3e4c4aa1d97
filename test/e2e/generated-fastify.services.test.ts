import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { missingServers, ScratchServices } from '../conformance/host/services.ts';
import { isNightly } from '../draws.ts';
import { generatedHost } from './generated-host.ts';
import { describeWhere } from './needs.ts';

const missing = missingServers(['postgres', 'redis-server']);

await describeWhere('generated modules of Fastify on servers', missing, async () => {
  const cwd = await generatedHost('fastify');
  // The first one has every endpoint and event.
  const names = ['document_search', ...(isNightly ? ['mon_nouveau_module'] : [])];

  describe.each([
    ['PostgreSQL', false],
    ['PostgreSQL and Redis', true],
  ])('on %s', (_, redis) => {
    const services = new ScratchServices({ redis });
    afterAll(() => services.close());

    it.each(names)('%s passes the same tests, twice on one database', { timeout: 300_000 }, async (name) => {
      const { DATABASE_URL, REDIS_URL } = await services.fresh();
      const env = { ...process.env, TEST_DATABASE_URL: DATABASE_URL, TEST_REDIS_URL: REDIS_URL };
      for (const _run of [1, 2]) {
        const { stdout } = await promisify(execFile)('npx', ['vitest', 'run', `src/ai/modules/${name}`], {
          cwd,
          env,
        }).catch((error) => Promise.reject(new Error(`${error.stdout}${error.stderr}`)));
        expect(stdout).toMatch(/Test Files .*passed/);
      }
    });
  });
});
