import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host, Launcher } from '../conformance/host/host.ts';
import { describeMode } from '../conformance/rows/matrix.ts';
import type { ModeName } from '../conformance/rows/modes.ts';
import { modules } from '../conformance/rows/modules.ts';
import { providerErrorText } from '../conformance/wire/fake-openai.ts';
import { planted } from '../conformance/wire/planted.ts';
import { moduleEnv, World } from '../conformance/world.ts';
import { mount } from '../io/mount.ts';
import { amounts } from './amounts.ts';
import { bareEngine } from './bare-engine.ts';
import { clockOff, fakeTimeLibrary } from './clock.ts';
import { keepFigures, seconds } from './figures.ts';
import { fillUnderLoad } from './scenarios/full-disk.ts';
import { behindProxy, hangUnderLoad } from './scenarios/hangs.ts';
import { killUnderLoad, type Victim } from './scenarios/kills.ts';
import { load, untilIdle } from './scenarios/load.ts';
import { outageUnderLoad, redisOutage, redisTrouble } from './scenarios/outages.ts';
import { cancelRaces, duplicates, duplicatesDelaySeconds, hangingWorker } from './scenarios/races.ts';
import { rollingRestart, slowestJob } from './scenarios/restarts.ts';
import { storedJobs } from './stored-jobs.ts';

const engine = fileURLToPath(new URL('engine/', import.meta.url));

/** What must hold while processes and servers die, in this mode; little of it, or all of it at night. */
export const describeFaults = (name: ModeName): Promise<void> =>
  describeMode(name, (title, launcher) =>
    describe(title, { timeout: 300_000 }, () =>
      declareFaults(name, new World(launcher, modules.subject, modules.neighbour)),
    ),
  );

function declareFaults(name: ModeName, world: World): void {
  const { launcher, subject, neighbour } = world;
  const hosts: Host[] = [];
  let host: Host;
  const keep = (figures: Readonly<Record<string, string>>) => amounts.full && keepFigures(name, figures);

  const launch = async (options: Parameters<Launcher['launch']>[0] = {}) => {
    const settings = { max_pending_jobs: '1000', retry_attempts: '10', retry_delay_seconds: '0.1' };
    const env = {
      JOB_LEASE_SECONDS: `${amounts.leaseSeconds}`,
      ...world.subjectEnv({ ...settings, timeout_seconds: '60' }),
      ...moduleEnv(neighbour, settings),
      ...options.env,
    };
    const launched = await launcher.launch({ ...options, env });
    hosts.push(launched);
    return launched;
  };

  beforeAll(async () => {
    world.traffic.outages = true;
    await world.fake.listen();
    host = await launch();
  });
  afterAll(async () => {
    for (const one of hosts) await one.dispose();
    await world.close();
  });

  const embedded = launcher.mode === 'embedded';
  it('loses no job submitted by 16 concurrent clients', async () => {
    if (!amounts.full) return void (await load(world, host, amounts.load));
    const quiet = await launch({ env: { TEST_ENDPOINTS: '' } });
    const took = await load(world, quiet, amounts.load);
    await quiet.stop();
    const bare = bareEngine(launcher, quiet, amounts.load, name === 'fastapi-prefork' ? 'prefork' : 'threads');
    const rate = (ms: number) => Math.round((amounts.load * 1000) / ms);
    keep({
      load: `${amounts.load} of ${amounts.load}`,
      'jobs a second': `${rate(took)}`,
      'engine alone': `${rate(bare)}`,
      ratio: (rate(took) / rate(bare)).toFixed(2),
    });
  });

  const victims: readonly Victim[] = embedded ? ['host'] : ['worker', 'host', 'all'];
  const { jobs, times } = amounts.killed;
  const share = embedded && amounts.full ? 3 : 1;
  it.each(victims)('completes every accepted job after SIGKILL under load: %s', async (victim) => {
    const { accepted, worstMs } = await killUnderLoad(world, host, victim, {
      jobs: jobs * share,
      times: times * share,
    });
    keep({ [`SIGKILL: ${victim}`]: `${accepted} of ${accepted}, ${seconds(worstMs)}` });
  });

  it('ignores a process that resumes after its lease has expired', async () => {
    const took = await hangingWorker(world, host, amounts.leaseSeconds);
    keep({ 'a process hangs': seconds(took) });
  });

  if (launcher.hasQueueServer) {
    it('completes every accepted job after an outage of Redis under load', async () => {
      const { accepted, worstMs } = await outageUnderLoad(world, host, launcher.services!.queue!, amounts.outage);
      keep({ 'Redis restarted': `${accepted} of ${accepted}, ${seconds(worstMs)}` });
    });

    it.each(['flushed', 'full'] as const)('completes every accepted job if Redis is %s under load', async (trouble) => {
      const { accepted, refused } = await redisTrouble(world, host, trouble, amounts.outage);
      expect([...refused]).toEqual([]);
      keep({ [`Redis ${trouble}`]: `${accepted} of ${accepted}` });
    });

    it('completes a job during an outage of Redis', async () => {
      keep({ 'Redis away': seconds(await redisOutage(world, host, launcher.services!.queue!)) });
    });
  }

  if (!embedded) {
    it('completes every accepted job after an outage of PostgreSQL under load', async () => {
      const { accepted, worstMs } = await outageUnderLoad(world, host, launcher.services!.database!, amounts.outage);
      keep({ 'PostgreSQL restarted': `${accepted} of ${accepted}, ${seconds(worstMs)}` });
    });
  }

  if (!embedded) {
    it('answers every request while PostgreSQL hangs, and completes every accepted job', async () => {
      const database = launcher.services!.database!;
      const { accepted, worstMs, slowestMs } = await hangUnderLoad(world, host, database, amounts.outage);
      keep({
        'PostgreSQL hangs': `${accepted} of ${accepted}, ${seconds(worstMs)}`,
        'slowest answer': seconds(slowestMs),
      });
    });

    it('completes every accepted job in a rolling restart', async () => {
      const { accepted, worstMs } = await rollingRestart(world, host, amounts.killed.jobs);
      keep({ 'rolling restart': `${accepted} of ${accepted}, ${seconds(worstMs)}` });
    });
  }

  if (!embedded && amounts.full) {
    const links = launcher.hasQueueServer ? (['DATABASE_URL', 'REDIS_URL'] as const) : (['DATABASE_URL'] as const);
    it.each(links)(
      'answers every request while the network to %s hangs, and completes every accepted job',
      async (name) => {
        const { proxy, env } = await behindProxy(await launcher.services!.fresh(), name);
        try {
          const cut = await launch({ env });
          const { accepted, worstMs, slowestMs } = await hangUnderLoad(world, cut, proxy, amounts.outage);
          const title = name === 'REDIS_URL' ? 'network to Redis' : 'network to PostgreSQL';
          keep({
            [`${title} hangs`]: `${accepted} of ${accepted}, ${seconds(worstMs)}`,
            [`${title}: slowest answer`]: seconds(slowestMs),
          });
          await cut.stop();
        } finally {
          proxy.close();
        }
      },
    );

    it.for([-30, 30])('runs jobs in time if the clock of the workers is off by %d seconds', async (off, context) => {
      const library = fakeTimeLibrary();
      if (library === undefined) return context.skip('faketime is not installed');
      const skewed = await launch({ workerEnv: clockOff(library, off) });
      const took = await slowestJob(world, skewed, amounts.outage);
      keep({ [`clock off by ${off} s: slowest job`]: seconds(took) });
      await skewed.stop();
      // A job that waited for the clocks to agree would take as long as they differ.
      expect(took).toBeLessThan(20_000);
    });
  }

  if (embedded) {
    it('stays responsive while the disk is full, and completes every accepted job', async (context) => {
      const disk = mount(context, 'size=200m,mode=0777');
      const small = await launch({ dataDir: join(disk, 'data') });
      try {
        const { accepted, worstMs } = await fillUnderLoad(world, small, disk, amounts.outage);
        keep({ 'disk full': `${accepted} of ${accepted}, ${seconds(worstMs)}` });
        expect(await small.stop()).toBe(0);
      } finally {
        await small.kill();
      }
    });
  }

  it('ends a job either cancelled or completed when a cancel arrives during completion', async () => {
    const cancelled = await cancelRaces(world, host, amounts.cancelRaces);
    keep({ 'cancel races': `${amounts.cancelRaces}: ${cancelled} cancelled, the others completed, none both` });
  });

  it('stores no unfinished job after a restart, one result per completed job and none for others', async () => {
    // A job stored by a request whose host was killed was not accepted, but ends as well.
    await host.kill();
    await host.start();
    for (const module of [subject, neighbour]) await untilIdle(world, host, module);
    for (const module of [subject, neighbour]) {
      const stored = storedJobs(host, module);
      expect(stored).toMatchObject({ unfinished: 0, withoutOneResult: 0, strayResults: 0 });
      expect(stored.jobs).toBeGreaterThan(0);
    }
  });

  it('runs each attempt once although every message is sent three times', async () => {
    const thrice = await launch(tripledMessages(world));
    const calls = await duplicates(world, thrice, amounts.duplicates);
    expect(calls).toBe(amounts.duplicates * 1.5);
    keep({ 'every message three times': `${amounts.duplicates} jobs, ${calls} attempts, as many calls` });
  });

  it('outputs no planted secret and no exception message', () => {
    const leaks = (text: string) => planted.test(text) || text.includes(providerErrorText);
    expect(world.traffic.answers.filter(leaks)).toEqual([]);
    const lines = hosts.flatMap((one) => one.log().split('\n'));
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => leaks(line) || /eyJ[\w-]+\.eyJ/.test(line)).slice(0, 3)).toEqual([]);
  });
}

/** Launch options of a host that gets each wake-up, or each message of its queue, three times. */
function tripledMessages({ launcher: { stack }, subject }: World): Parameters<Launcher['launch']>[0] {
  const delay = moduleEnv(subject, { retry_delay_seconds: `${duplicatesDelaySeconds}` });
  // A long lease: one that expired on a busy machine would cause another attempt.
  const env = { ...delay, JOB_LEASE_SECONDS: '10' };
  if (stack === 'fastapi') return { env: { ...env, PYTHONPATH: join(engine, 'thrice') } };
  const edit = (modulesDir: string) =>
    copyFileSync(join(engine, 'thrice.mjs'), join(modulesDir, '../../../thrice.mjs'));
  return { edit, env: { ...env, NODE_OPTIONS: '--import ./thrice.mjs' } };
}
