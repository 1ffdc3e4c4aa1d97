import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess } from '../conformance/host/start-process.ts';
import { isNightly } from '../draws.ts';
import { describeWhere } from '../e2e/needs.ts';
import { snapshot } from '../io/temp-folder.ts';
import type { Application, Command } from './application.ts';
import { Checkout, type RunningApp } from './checkout.ts';
import { GuestClient } from './guest-client.ts';
import { startImage } from './image.ts';
import { olderPack } from './older-pack.ts';
import type { Answer } from './record-answers.ts';
import { AppServers, missingFor } from './servers.ts';
import type { Results } from './test-results.ts';

/** How modules are attached to an application. */
export interface Guest {
  /** The folder of the guest: `src/app/ai`. */
  readonly dir: string;
  readonly flags?: readonly string[];
  /** The files of the application that the command edits, sorted, without the lock file. */
  readonly edits: readonly string[];
  readonly lock?: string;
  /** Ids of its own tests of paths below the prefix. With the role on, the guest answers them. */
  readonly testsOfPrefix?: RegExp;
  /** What a process needs besides the environment of the application. */
  environment?(servers: AppServers): Promise<Readonly<Record<string, string>>>;
  readonly worker: Command;
  /** Runs the tests of the modules and of the attachment. */
  readonly tests: Command;
}

/** An application is attached, works as before, runs modules, and is detached. */
export const describeAttached = (application: Application, guest: Guest): Promise<void> =>
  describeWhere(`${application.name} attached`, missingFor(application), () => defineTests(application, guest));

const manifest = ['--input', 'text:string', '--output', 'total:number'];

function defineTests(application: Application, guest: Guest): void {
  describe(`${application.name} attached`, { timeout: 1_800_000 }, () => {
    const servers = new AppServers(application);
    const before = {} as { commit: string; files: Readonly<Record<string, string>>; tests: Results; answers: Answer[] };
    let checkout: Checkout;

    /** Gives it an empty database. */
    async function refresh(): Promise<void> {
      checkout.use({ ...(await servers.fresh()) });
      Object.assign(checkout.env, await guest.environment?.(servers));
      await checkout.prepare();
    }

    async function withApp<T>(env: Readonly<Record<string, string>>, use: (app: RunningApp) => Promise<T>): Promise<T> {
      const app = await checkout.start(env);
      const result = await use(app).catch(async (error: Error) => {
        await app.stop();
        throw new Error(`${error.message}\n${app.log().slice(-10_000)}`, { cause: error });
      });
      // Some end with the signal after they have stopped.
      expect([0, 'SIGTERM'], app.log()).toContain(await app.stop());
      return result;
    }

    const record = (env: Readonly<Record<string, string>>) =>
      withApp(env, ({ baseUrl }) => checkout.recordAnswers(baseUrl));

    beforeAll(async () => {
      checkout = await Checkout.create(application, await servers.fresh());
      await checkout.install();
      await refresh();
      before.tests = await checkout.test();
      before.answers = await record({});
      before.commit = (await checkout.git('rev-parse', 'HEAD')).trim();
      before.files = filesOf(checkout, guest);
    }, 1_800_000);
    afterAll(async () => {
      await servers.close();
      checkout?.dispose();
    });

    it('is attached by one command, which edits few files', async () => {
      await checkout.tool('host', 'attach', '--yes', ...(guest.flags ?? []));
      const changed = (await checkout.git('diff', '--name-only')).trim().split('\n');
      expect(changed.filter((path) => path !== guest.lock)).toEqual(guest.edits);
      await checkout.tool('new', 'summaries', '--yes', ...manifest);
      await checkout.tool('new', 'orders', '--yes');
      await checkout.tool('validate');
      await checkout.commit('Attach AI modules');
      // With packages of its own: another application may not get those of an archive that has changed.
      await checkout.install();
      await refresh();
    });

    it('passes its linters', () => checkout.lint());

    it('passes its own tests as before, with the role off and on', async () => {
      const isOfGuest = (id: string) => guest.testsOfPrefix?.test(id) === true;
      for (const role of ['off', 'all']) {
        const after = await checkout.test({ AI_ROLE: role });
        for (const [id, outcome] of before.tests)
          if (role === 'off' || !isOfGuest(id)) expect([id, after.get(id)], checkout.testOutput).toEqual([id, outcome]);
      }
    });

    it('answers its routes, unknown paths and OPTIONS as before', async () => {
      expect(await record({ AI_ROLE: 'all' })).toEqual(before.answers);
    });

    it('runs jobs of its users, and lets only administrators read statistics', async () => {
      await withApp({ AI_ROLE: 'all' }, async ({ baseUrl }) => {
        const client = new GuestClient(baseUrl, application);
        for (const module of ['summaries', 'orders']) {
          const status = await client.complete(module, 'ada');
          expect((await client.get(status)).status).toBe(401);
          expect((await client.get(status, 'eve')).status).toBe(403);
          expect((await client.get(status, 'root')).status).toBe(200);
          const statistics = `/ai/api/v1/modules/${module}/admin/stats`;
          expect((await client.get(statistics, 'ada')).status).toBe(403);
          expect((await client.get(statistics, 'root')).status).toBe(200);
        }
      });
    });

    it('gets whole answers of the guest at once, compressed or not', async () => {
      await withApp({ AI_ROLE: 'all' }, async ({ baseUrl }) => {
        const client = new GuestClient(baseUrl, application);
        const plain = await client.get('/ai/openapi.json', undefined, { 'accept-encoding': 'identity' });
        const packed = await client.get('/ai/openapi.json', undefined, { 'accept-encoding': 'gzip, br' });
        expect(plain.json).toMatchObject({ openapi: expect.any(String), paths: expect.any(Object) });
        expect([packed.status, packed.json]).toEqual([200, plain.json]);
        const unknown = await client.get('/ai/api/v1/modules/unknown/status/1', 'ada');
        expect([unknown.status, unknown.json]).toEqual([404, { detail: 'not_found' }]);
      });
    });

    it('has migrations for its whole schema still', () => checkout.checkMigrations());

    it('runs jobs in a process of its own', async () => {
      const { argv, cwd = '.', env } = guest.worker;
      let log = '';
      const worker = startProcess({
        argv,
        cwd: join(checkout.folder, cwd),
        env: { ...checkout.env, ...env },
        write: (text) => {
          log += text;
        },
      });
      try {
        await withApp({ AI_ROLE: 'web' }, async ({ baseUrl }) => {
          const client = new GuestClient(baseUrl, application);
          await client.complete('summaries', 'ada');
        });
      } catch (error) {
        throw new Error(`${(error as Error).message}\nWorker:\n${log.slice(-10_000)}`, { cause: error });
      } finally {
        expect(await worker.stop(60), log).toBe(0);
      }
    });

    if (isNightly) {
      it('passes the generated tests', () => checkout.run(guest.tests));

      it('updates modules and the attachment from an older template', async () => {
        const older = olderPack(application.manager === 'pip' || application.manager === 'uv' ? 'fastapi' : 'fastify');
        const config = join(checkout.folder, 'ai-modules.yaml');
        const text = readFileSync(config, 'utf8');
        writeFileSync(config, text.replace(/^stack: .*$/m, `stack: ${older.folder}`));
        await checkout.tool('new', 'letters', '--yes', ...manifest);
        writeFileSync(config, text);
        const outdated = join(checkout.folder, guest.dir, 'modules/letters', older.file);
        expect(readFileSync(outdated, 'utf8')).toContain(older.text);
        await checkout.tool('update', '--yes');
        expect(readFileSync(outdated, 'utf8')).not.toContain(older.text);
        await checkout.tool('validate');
        await checkout.tool('update', '--host-files', '--check');
        await checkout.lint();
        rmSync(join(checkout.folder, guest.dir, 'modules/letters'), { recursive: true });
        rmSync(join(checkout.folder, '.create-ai-module'), { recursive: true, force: true });
        expect(await checkout.git('status', '--porcelain')).toBe('');
      });

      it('works in an image: installed without a cache, from the files that its Dockerfile copies', async () => {
        await refresh();
        const image = await startImage(checkout);
        try {
          const client = new GuestClient(image.baseUrl, application);
          await client.complete('summaries', 'ada');
        } catch (error) {
          throw new Error(`${(error as Error).message}\n${image.log().slice(-10_000)}`, { cause: error });
        } finally {
          await image.stop();
        }
      });
    }

    it('is detached to what it was before', async () => {
      await checkout.tool('host', 'detach', '--yes');
      expect(filesOf(checkout, guest)).toEqual(before.files);
      await checkout.git('add', '--all');
      const changed = (await checkout.git('diff', '--cached', '--name-only', before.commit)).trim();
      expect(changed === guest.lock ? '' : changed).toBe('');
    });
  });
}

/** What is in its folder, with modes, except for what its own commands make. */
function filesOf({ folder, git: _ }: Checkout, { lock }: Guest): Readonly<Record<string, string>> {
  const isMade = (path: string) =>
    path === lock || /(^|\/)(\.git|\.venv|node_modules|dist|__pycache__|\.\w+_cache|coverage)(\/|$)/.test(path);
  return Object.fromEntries(Object.entries(snapshot(folder)).filter(([path]) => !isMade(path)));
}
