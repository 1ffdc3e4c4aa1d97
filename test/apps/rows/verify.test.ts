import { describe, expect, it } from 'vitest';
import { describeWhere } from '../../e2e/needs.ts';
import { Checkout } from '../checkout.ts';
import { fastapiAsync } from '../fastapi-async.ts';
import { fastapiSync } from '../fastapi-sync.ts';
import { fastifyAutoload } from '../fastify-autoload.ts';
import { nestTypeorm } from '../nest-typeorm.ts';
import { AppServers, missingFor } from '../servers.ts';

// With package managers: only at night. test/cli/verify-attachment.test.ts has what fails.
for (const application of [fastapiAsync, fastapiSync, fastifyAutoload, nestTypeorm])
  await describeWhere(`host attach --verify in ${application.name}`, missingFor(application), () => {
    describe(application.name, { timeout: 1_800_000 }, () => {
      it('installs, migrates, starts and tests the application, also later', async () => {
        const servers = new AppServers(application);
        const checkout = await Checkout.create(application, await servers.fresh());
        const attach = (...flags: string[]) => checkout.tool('host', 'attach', '--verify', ...flags);
        try {
          await checkout.install(true);
          const output = await attach('--yes');
          expect(output).toContain('passed a job of a module is completed\n');
          expect(output.match(/^passed /gm)?.length).toBeGreaterThanOrEqual(5);
          await checkout.commit('Attach AI modules');
          expect(await attach()).toContain('Verified ');
          expect(await checkout.git('status', '--porcelain')).toBe('');
        } finally {
          await servers.close();
          checkout.dispose();
        }
      });
    });
  });
