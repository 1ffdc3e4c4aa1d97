import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { missingServers, ScratchServices } from '../conformance/host/services.ts';
import { startProcess } from '../conformance/host/start-process.ts';
import { waitUntil } from '../conformance/wire/wait-until.ts';
import { isNightly } from '../draws.ts';
import { generatedHost, pythonOf } from './generated-host.ts';
import { describeWhere, missingPython } from './needs.ts';
import { writeOddManifests } from './odd-manifests.ts';

const missing = [...missingPython(), ...missingServers(['postgres', 'redis-server'])];

await describeWhere('generated modules on PostgreSQL and Redis', missing, async () => {
  const odd = () => generatedHost('fastapi', 'odd', writeOddManifests(mkdtempSync(join(tmpdir(), 'odd-manifests-'))));
  const hosts = [
    ['two ordinary modules', await generatedHost('fastapi'), 2],
    ...(isNightly ? ([['modules of odd manifests', await odd(), 1]] as const) : []),
  ] as const;

  describe('a FastAPI host on PostgreSQL and Redis', { timeout: 300_000 }, () => {
    const services = new ScratchServices({ redis: true });
    afterAll(() => services.close());

    it.each(hosts)('with %s passes the same tests, also repeatedly on one database', async (_, host, times) => {
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

    it('works when started with the commands of its README, in any order', async () => {
      const [[, cwd]] = hosts;
      const env = {
        PATH: `${dirname(pythonOf(cwd))}:${process.env.PATH}`,
        DATA_DIR: join(mkdtempSync(join(tmpdir(), 'readme-')), 'data'),
        PORT: '0',
        PYTHONUNBUFFERED: '1',
        JWT_SECRET: 'a-secret-of-thirty-two-characters',
        ...(await services.fresh()),
      };
      const start = (line: string) => startProcess({ argv: line.split(' '), cwd, env, write: () => {} });
      const beat = start('celery -A app.tasks.celery_app beat');
      const worker = start('celery -A app.tasks.celery_app worker --pool prefork -l INFO');
      const web = start('python -m app');
      try {
        await beat.match(/celery beat .* is starting/, 60);
        await worker.match(/ ready\./, 60);
        const url = `${await web.match(/listening on (http:[^\s"]+)/, 60)}/api/v1/modules/document_search`;
        const { stdout: token } = await promisify(execFile)(
          pythonOf(cwd),
          ['-m', 'app.token', 'alice', '--permission', 'document_search:*'],
          { cwd, env },
        );
        const headers = { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' };
        const accepted = await fetch(`${url}/process`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ input_data: { test: 'data' } }),
        });
        const { job_id } = (await accepted.json()) as { job_id: string };
        await waitUntil('the end of the job', async () => {
          const job = (await (await fetch(`${url}/status/${job_id}`, { headers })).json()) as { status: string };
          return job.status === 'completed';
        });
        expect(await worker.stop(20)).toBe(0);
        expect(await beat.stop(20)).toBe(0);
      } finally {
        await Promise.all([beat, worker, web].map((one) => one.stop(20)));
      }
    });
  });
});
