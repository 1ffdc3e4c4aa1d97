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
import { amounts } from './amounts.ts';
import { bareEngine } from './bare-engine.ts';
import { keepFigures, seconds } from './figures.ts';
import { killUnderLoad, type Victim } from './scenarios/kills.ts';
import { load, untilIdle } from './scenarios/load.ts';
import { busAway, outageUnderLoad } from './scenarios/outages.ts';
import { cancelRaces, duplicates, duplicatesDelaySeconds, hangingWorker } from './scenarios/races.ts';
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
  it('submitted by 16 clients at once: none is lost', async () => {
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
  it.each(victims)('SIGKILL under load: %s. Every accepted job ends, completed', async (victim) => {
    const { accepted, worstMs } = await killUnderLoad(world, host, victim, {
      jobs: jobs * share,
      times: times * share,
    });
    keep({ [`SIGKILL: ${victim}`]: `${accepted} of ${accepted}, ${seconds(worstMs)}` });
  });

  it('a process that hangs longer than its lease changes nothing when it comes back', async () => {
    const took = await hangingWorker(world, host, amounts.leaseSeconds);
    keep({ 'a process hangs': seconds(took) });
  });

  if (launcher.hasQueueServer) {
    it('Redis is away under load, and comes back', async () => {
      const { accepted, worstMs } = await outageUnderLoad(world, host, launcher.services!.queue!, amounts.outage);
      keep({ 'Redis restarted': `${accepted} of ${accepted}, ${seconds(worstMs)}` });
    });

    it('a job completes while the bus is away', async () => {
      keep({ 'bus away': seconds(await busAway(world, host, launcher.services!.queue!)) });
    });
  }

  if (!embedded) {
    it('PostgreSQL is away under load, and comes back', async () => {
      const { accepted, worstMs } = await outageUnderLoad(world, host, launcher.services!.database!, amounts.outage);
      keep({ 'PostgreSQL restarted': `${accepted} of ${accepted}, ${seconds(worstMs)}` });
    });
  }

  it('a cancel against the end of the work: one of them wins, wholly', async () => {
    const cancelled = await cancelRaces(world, host, amounts.cancelRaces);
    keep({ 'cancel races': `${amounts.cancelRaces}: ${cancelled} cancelled, the others completed, none both` });
  });

  it('in the database, after a restart: nothing unfinished, one result for each completed job and none for others', async () => {
    // What a request had stored when its host was killed was not accepted; it ends all the same.
    await host.kill();
    await host.start();
    for (const module of [subject, neighbour]) await untilIdle(world, host, module);
    if (embedded) await host.stop();
    for (const module of [subject, neighbour]) {
      const stored = storedJobs(launcher, host, module);
      expect(stored).toMatchObject({ unfinished: 0, withoutOneResult: 0, strayResults: 0 });
      expect(stored.jobs).toBeGreaterThan(0);
    }
  });

  it('every message three times on the queue: each job is worked on once', async () => {
    const thrice = await launch(delivering(world));
    const calls = await duplicates(world, thrice, amounts.duplicates);
    expect(calls).toBe(amounts.duplicates * 1.5);
    keep({ 'every message three times': `${amounts.duplicates} jobs, ${calls} attempts, as many calls` });
  });

  it('nothing that was said holds a planted secret or the text of an exception', () => {
    const says = (text: string) => planted.test(text) || text.includes(providerErrorText);
    expect(world.traffic.answers.filter(says)).toEqual([]);
    const lines = hosts.flatMap((one) => one.log().split('\n'));
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => says(line) || /eyJ[\w-]+\.eyJ/.test(line)).slice(0, 3)).toEqual([]);
  });
}

/** How a host is started so that each message is put on its queue three times. */
function delivering({ launcher: { stack }, subject }: World): Parameters<Launcher['launch']>[0] {
  const delay = moduleEnv(subject, { retry_delay_seconds: `${duplicatesDelaySeconds}` });
  // Nothing dies here, and a lease that ran out on a busy machine would be another attempt.
  const env = { ...delay, JOB_LEASE_SECONDS: '10' };
  if (stack === 'fastapi') return { env: { ...env, PYTHONPATH: join(engine, 'thrice') } };
  const edit = (modulesDir: string) =>
    copyFileSync(join(engine, 'thrice.mjs'), join(modulesDir, '../../../thrice.mjs'));
  return { edit, env: { ...env, NODE_OPTIONS: '--import ./thrice.mjs' } };
}
