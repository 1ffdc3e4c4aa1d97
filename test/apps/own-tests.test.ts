import { afterAll, describe, expect, it } from 'vitest';
import { isNightly } from '../draws.ts';
import { describeWhere } from '../e2e/needs.ts';
import type { Application } from './application.ts';
import { Checkout } from './checkout.ts';
import { fastapiAsync } from './fastapi-async.ts';
import { fastapiSync } from './fastapi-sync.ts';
import { fastifyAutoload } from './fastify-autoload.ts';
import { nestTypeorm } from './nest-typeorm.ts';
import { AppServers, missingFor } from './servers.ts';

const applications = [fastapiAsync, nestTypeorm, fastapiSync, fastifyAutoload].filter(
  ({ isInCi }) => isInCi || isNightly,
);

for (const application of applications) {
  await describeWhere(application.name, missingFor(application), () => describeApplication(application));
}

/** The applications work by themselves. Other tests attach modules to them. */
function describeApplication(application: Application): void {
  describe(application.name, { timeout: 600_000 }, async () => {
    const servers = new AppServers(application);
    const checkout = await Checkout.create(application, await servers.fresh());
    afterAll(async () => {
      await servers.close();
      checkout.dispose();
    });

    it('installs what its lock file says, and commits nothing that it installs or builds', async () => {
      await checkout.install();
      await checkout.prepare();
      expect(await checkout.git('status', '--porcelain')).toBe('');
    });

    it('passes its linters', () => checkout.lint());

    it('passes its own tests', async () => {
      const results = await checkout.test();
      expect(results.size).toBeGreaterThan(15);
      const others = [...results].filter(([, outcome]) => outcome !== 'passed');
      expect(others, checkout.testOutput).toEqual([]);
    });

    it('has migrations for its whole schema', () => checkout.checkMigrations());

    it('answers the same in each run, and the recorded requests reach each of its routes', async () => {
      const runs = [];
      for (let run = 0; run < (isNightly ? 2 : 1); run += 1) {
        const fresh = await Checkout.create(application, await servers.fresh());
        await fresh.install();
        await fresh.prepare();
        const running = await fresh.start();
        runs.push(await fresh.recordAnswers(running.baseUrl));
        // Some end with the signal after they have stopped.
        expect([0, 'SIGTERM']).toContain(await running.stop());
        fresh.dispose();
      }
      const [first = [], second = first] = runs;
      expect(second).toEqual(first);
      expect(first.filter(({ status }) => status >= 500)).toEqual([]);
      const missing = (await checkout.routes()).filter((route) => !application.requests.some(matches(route)));
      expect(missing).toEqual([]);
    });
  });
}

/** Whether a request is answered by this route: `GET /users/{id}`. HEAD comes with GET. */
function matches(route: string): (request: { method: string; path: string }) => boolean {
  const [method = '', path = ''] = route.split(' ');
  const pattern = new RegExp(`^${path.replace(/\{\w+:path\}/g, '.*').replace(/\{\w+\}/g, '[^/]+')}$`);
  return (request) => {
    const isSame = request.method === method || (method === 'HEAD' && request.method === 'GET');
    return isSame && pattern.test(request.path.replace(/\?.*/, ''));
  };
}
