import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { missingServers, ScratchServices } from '../conformance/host/services.ts';
import { generatedHost, pythonOf } from './generated-host.ts';
import { describeWhere, missingPython } from './needs.ts';
import { writeOddManifests } from './odd-manifests.ts';

const missing = [...missingPython(), ...missingServers(['postgres', 'redis-server'])];

await describeWhere('generated modules on PostgreSQL and Redis', missing, async () => {
  const odd = () => generatedHost('fastapi', 'odd', writeOddManifests(mkdtempSync(join(tmpdir(), 'odd-manifests-'))));
  const hosts = [
    ['two ordinary modules', await generatedHost('fastapi'), 2],
    ['modules of odd manifests', await odd(), 1],
  ] as const;

  describe('a FastAPI host on PostgreSQL and Redis', { timeout: 300_000 }, () => {
    const services = new ScratchServices({ redis: true });
    afterAll(() => services.close());

    it.each(hosts)('with %s passes the same tests, on one database however often', async (_, host, times) => {
      const env = { ...process.env, ...(await services.fresh()) };
      for (let run = 0; run < times; run += 1) {
        const { stdout } = await promisify(execFile)(pythonOf(host), ['-m', 'pytest', '-q', '-W', 'error'], {
          cwd: host,
          env,
          maxBuffer: 1e8,
        }).catch((error) => Promise.reject(new Error(`${error.stdout}${error.stderr}`)));
        expect(stdout).toMatch(/^\d+ passed/m);
      }
    });
  });
});
