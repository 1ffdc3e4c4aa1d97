import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse as load } from 'yaml';
import type { Manifest } from '../../src/core/manifest/schema.ts';
import { copyHost } from '../conformance/host/copy-host.ts';
import { addToBlock, editManifest } from '../conformance/host/edit-modules.ts';
import type { Host } from '../conformance/host/host.ts';
import { fastapiLauncher } from '../conformance/host/launch-fastapi.ts';
import { waitUntil } from '../conformance/wire/wait-until.ts';
import { generatedHost, pythonOf } from './generated-host.ts';
import { describeWhere, missingPython } from './needs.ts';

const name = 'mon_nouveau_module';
const given = load(
  readFileSync(fileURLToPath(new URL(`../fixtures/manifests/${name}.yaml`, import.meta.url)), 'utf8'),
) as Manifest;
const methods: Readonly<Record<string, string>> = { '/process': 'post', '/cancel/{job_id}': 'post' };

interface Job {
  readonly job_id: string;
  readonly status: string;
}

/** The checklist for new modules of the platform that modules were first written for. */
await describeWhere('the acceptance of a module', missingPython(), async () => {
  const dir = await generatedHost('fastapi');
  const python = pythonOf(dir);
  const folder = join(dir, 'app/ai/modules', name);
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

  const run = async (cwd: string, ...args: string[]): Promise<string> => {
    const env = { ...process.env, DATA_DIR: mkdtempSync(join(tmpdir(), 'acceptance-')), JWT_SECRET: host?.secret };
    return (await promisify(execFile)(python, args, { cwd, env, maxBuffer: 1e8 })).stdout.trim();
  };

  let host: Host | undefined;
  let user: string;
  let admin: string;
  beforeAll(async () => {
    host = await fastapiLauncher({ dir, python }).launch();
    user = await run(dir, '-m', 'app.token', 'alice', '--permission', 'mon_module:*');
    admin = await run(dir, '-m', 'app.token', 'root', '--admin');
  });
  afterAll(() => host?.dispose());

  const call = async (method: string, path: string, token?: string, body?: object) => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const text = body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(`${host?.baseUrl}/api/v1${path}`, { method, headers, body: text });
    const received = await answer.text();
    return { status: answer.status, json: received === '' ? undefined : JSON.parse(received) };
  };
  const process_ = () => call('POST', `/modules/${name}/process`, user, { input_data: { test: 'data' } });
  const ended = ({ job_id }: Job): Promise<Job> =>
    waitUntil('the end of the job', async () => {
      const { json } = await call('GET', `/modules/${name}/status/${job_id}`, user);
      return ['pending', 'processing'].includes(json.status) ? undefined : json;
    });
  const openapi = async () => (await (await fetch(`${host?.baseUrl}/openapi.json`)).json()) as OpenApi;

  describe('files to create', () => {
    it.each([
      'manifest.yaml',
      '__init__.py',
      'config.py',
      'models.py',
      'schemas.py',
      'routes.py',
      'service.py',
      'tasks.py',
      'events.py',
      'utils.py',
      'dependencies.py',
      'tests/test_service.py',
      'tests/test_routes.py',
      'tests/test_events.py',
      'README.md',
    ])('%s', (file) => expect(existsSync(join(folder, file))).toBe(true));
  });

  describe('points to adapt, from the manifest', () => {
    it('the name of the module', async () => {
      expect((load(read('manifest.yaml')) as Manifest).name).toBe(name);
      expect(read('module.py')).toContain(`class ${given.class_name}(`);
      expect(read('models.py')).toContain(`"${name}_notes"`);
      expect(read('tasks.py')).toContain(`job_tasks(${given.class_name.replace(/(AI)?Module$/, '')}`);
    });

    it('dependencies', () => {
      expect((load(read('manifest.yaml')) as Manifest).dependencies).toEqual(given.dependencies);
    });

    it('endpoints', async () => {
      const prefix = `/api/v1/modules/${name}`;
      const { paths } = await openapi();
      const own = Object.entries(paths).filter(([path]) => path.startsWith(`${prefix}/`));
      const found = own.flatMap(([path, verbs]) =>
        Object.keys(verbs).map((verb) => `${verb} ${path.slice(prefix.length)}`),
      );
      const wanted = given.endpoints.map((path) => `${methods[String(path)] ?? 'get'} ${path}`);
      expect(found.filter((endpoint) => !endpoint.startsWith('get /health')).sort()).toEqual([...wanted].sort());
    });

    it.each([
      ['mon_module:create', 'POST', '/process'],
      ['mon_module:read', 'GET', '/list'],
      ['mon_module:read', 'GET', '/status/00000000-0000-0000-0000-000000000000'],
      ['mon_module:delete', 'POST', '/cancel/00000000-0000-0000-0000-000000000000'],
    ])('permissions: %s for %s %s', async (permission, method, path) => {
      const others = given.permissions_required.filter((one) => one !== permission);
      const lacking = await run(dir, '-m', 'app.token', 'bob', ...others.flatMap((one) => ['--permission', one]));
      const holding = await run(dir, '-m', 'app.token', 'bob', '--permission', permission);
      expect((await call(method, `/modules/${name}${path}`)).status).toBe(401);
      expect((await call(method, `/modules/${name}${path}`, lacking)).status).toBe(403);
      expect([200, 404, 422]).toContain((await call(method, `/modules/${name}${path}`, holding)).status);
    });

    it('events', () => {
      // The runtime publishes those of a job's life; a test below receives them.
      for (const event of given.events_emitted) expect(read('manifest.yaml')).toContain(`"${event}"`);
      for (const event of given.events_subscribed) expect(read('events.py')).toContain(`"${event}"`);
    });

    it('processing: the result depends on the request', async () => {
      const token = await run(dir, '-m', 'app.token', 'carol', '--permission', 'document_search:*');
      const path = '/modules/document_search';
      const { json } = await call('POST', `${path}/process`, token, { input_data: { text: 'one fish two fish' } });
      const result = await waitUntil('the result', async () => {
        const answer = await call('GET', `${path}/result/${json.job_id}`, token);
        return answer.status === 200 && answer.json;
      });
      expect(result.output_data).toMatchObject({ words: 4, unique_words: 3 });
    });

    it('schemas of the data', async () => {
      const { components } = await openapi();
      const own = Object.keys(components.schemas).filter((schema) => schema.startsWith('MonNouveau'));
      expect(own).toEqual(expect.arrayContaining(['MonNouveauProcessRequest', 'MonNouveauJob']));
      const wrong = await call('POST', `/modules/${name}/process`, user, { input_data: {} });
      expect([wrong.status, wrong.json.detail[0].type]).toEqual([422, 'too_short']);
    });
  });

  describe('tests', () => {
    it('the module is discovered at startup', async () => {
      const { json } = await call('GET', '/modules/list', user);
      expect(json).toMatchObject({ errors: {} });
      expect(json.modules).toContainEqual(expect.objectContaining({ name, status: 'ready', author: 'A Tester' }));
    });

    it('the health check passes', async () => {
      const { status, json } = await call('GET', `/modules/${name}/health`, admin);
      expect([status, json.status, json.dependencies_ok]).toEqual([200, 'healthy', true]);
      expect(json.metrics.dependencies).toEqual({ database: true, queue: true, events: true, provider: true });
    });

    it('the endpoints respond', async () => {
      const accepted = await process_();
      expect([accepted.status, accepted.json.status]).toEqual([202, 'pending']);
      const { job_id, status } = await ended(accepted.json);
      expect(status).toBe('completed');
      const list = await call('GET', `/modules/${name}/list`, user);
      expect(list.json.jobs.map((job: Job) => job.job_id)).toContain(job_id);
      const cancelled = await call('POST', `/modules/${name}/cancel/${job_id}`, user);
      expect([cancelled.status, cancelled.json]).toEqual([409, { detail: 'job_not_cancellable' }]);
    });

    it('events are emitted', async () => {
      const { json } = await process_();
      await ended(json);
      const seen = await waitUntil('the last event', async () => {
        const { events } = (await call('GET', `/test/events?correlation_id=job-${json.job_id}`, admin)).json;
        return events.some((event: { name: string }) => event.name === 'mon_module.completed') && events;
      });
      expect(seen[0]).toMatchObject({ name: 'mon_module.started', source_module: name });
    });

    it('events are received', async () => {
      const { json } = await process_();
      await call('POST', '/events', admin, { name: 'user.deleted', data: { user_id: 'alice' } });
      await waitUntil('the job to be deleted', async () => {
        return (await call('GET', `/modules/${name}/status/${json.job_id}`, user)).status === 404;
      });
    });

    it('tasks run in the background', async () => {
      const program = [
        'import json',
        `from app.ai.modules.${name}.tasks import TASKS`,
        'print(json.dumps([task.name for task in TASKS]))',
      ].join('\n');
      expect(JSON.parse(await run(dir, '-c', program))).toEqual(['cleanup_old_jobs']);
      expect((await ended((await process_()).json)).status).toBe('completed');
    });
  });

  describe('manifest and code', () => {
    const contract = `app/ai/modules/${name}/tests/test_contract.py`;

    it('agree, and a test of the module checks it', async () => {
      expect(await run(dir, '-m', 'pytest', '-q', contract)).toMatch(/passed/);
    });

    it('make this test fail if they differ', async () => {
      const copy = copyHost(dir);
      editManifest(join(copy, 'app/ai/modules'), name, addToBlock('events_emitted', '- mon_module.paused'));
      await expect(run(copy, '-m', 'pytest', '-q', contract)).rejects.toMatchObject({
        stdout: expect.stringContaining('mon_module.paused'),
      });
    });
  });
});

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
