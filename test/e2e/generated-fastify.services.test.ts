import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { missingServers, ScratchServices } from '../conformance/host/services.ts';
import { isNightly } from '../draws.ts';
import { generatedHost } from './generated-host.ts';
import { describeWhere } from './needs.ts';

const missing = missingServers(['postgres']);

await describeWhere('generated modules of Fastify on a server', missing, async () => {
  const cwd = await generatedHost('fastify');
  // The first one has every endpoint and event.
  const names = ['document_search', ...(isNightly ? ['mon_nouveau_module'] : [])];
  const services = new ScratchServices({ redis: false });
  afterAll(() => services.close());

  it.each(names)('%s passes the same tests, twice on one database', { timeout: 300_000 }, async (name) => {
    const { DATABASE_URL } = await services.fresh();
    const env = { ...process.env, TEST_DATABASE_URL: DATABASE_URL };
    for (const _run of [1, 2]) {
      const { stdout } = await promisify(execFile)('npx', ['vitest', 'run', `src/ai/modules/${name}`], {
        cwd,
        env,
      }).catch((error) => Promise.reject(new Error(`${error.stdout}${error.stderr}`)));
      expect(stdout).toMatch(/Test Files .*passed/);
    }
  });
});
