import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../conformance/host/host.ts';
import { queryDatabase } from '../conformance/host/query.ts';
import { describeMode } from '../conformance/rows/matrix.ts';
import type { ModeName } from '../conformance/rows/modes.ts';
import { modules } from '../conformance/rows/modules.ts';
import { moduleEnv, World } from '../conformance/world.ts';
import { Crowd } from '../faults/crowd.ts';
import { keepFigures } from '../faults/figures.ts';
import { expectAllCompleted, mixedWork } from '../faults/scenarios/kills.ts';
import { type Usage, usageOf } from './process-tree.ts';

const minutes = Number(process.env.SOAK_MINUTES ?? 5);
/** The first part of the time is for caches and pools to fill. */
const warmUp = 0.4;
const sampleMs = 2_000;
const clients = 8;

interface Sample extends Usage {
  readonly minute: number;
}

/** What may not grow while a host runs, in this mode. */
export const describeSoak = (name: ModeName): Promise<void> =>
  describeMode(name, (title, launcher) =>
    describe(title, { timeout: (minutes + 5) * 60_000 }, () =>
      declareSoak(name, new World(launcher, modules.subject, modules.neighbour)),
    ),
  );

function declareSoak(name: ModeName, world: World): void {
  let host: Host;

  beforeAll(async () => {
    await world.fake.listen();
    const settings = { max_pending_jobs: '100' };
    const env = { ...world.subjectEnv(settings), ...moduleEnv(world.neighbour, settings), TEST_ENDPOINTS: '' };
    host = await world.launch({ env });
  });
  afterAll(async () => {
    await host?.dispose();
    await world.close();
  });

  it(`keeps its memory and its handles over ${minutes} minutes of steady load`, async () => {
    const samples: Sample[] = [];
    const crowds: Crowd[] = [];
    const begin = performance.now();
    const isOver = () => performance.now() - begin > minutes * 60_000;
    const client = async () => {
      const person = world.person(undefined, host);
      while (!isOver()) {
        const crowd = new Crowd([person], ...mixedWork(world));
        await crowd.run(2);
        crowds.push(crowd);
        await pause(200);
      }
    };
    const measure = async () => {
      while (!isOver()) {
        samples.push({ minute: (performance.now() - begin) / 60_000, ...usage(host) });
        await pause(sampleMs);
      }
    };
    await Promise.all([...Array.from({ length: clients }, client), measure()]);
    for (const crowd of crowds) expectAllCompleted(crowd);
    const jobs = crowds.reduce((sum, crowd) => sum + crowd.jobs.length, 0);

    const settled = samples.slice(Math.floor(samples.length * warmUp));
    const memory = slopeOf(settled, ({ pssKb }) => pssKb / 1024);
    const handles = slopeOf(settled, (sample) => sample.handles);
    const mib = settled.reduce((sum, { pssKb }) => sum + pssKb / 1024, 0) / settled.length;
    const bytes = Number(queryDatabase(host, 'select pg_database_size(current_database())'));
    keepFigures(name, {
      [`soak of ${minutes} min: jobs`]: `${jobs}`,
      'soak: memory': `${mib.toFixed(0)} MiB, ${signed(memory)} MiB a minute`,
      'soak: handles': `${settled.at(-1)?.handles}, ${signed(handles)} a minute`,
      'soak: data': `${(bytes / jobs / 1024).toFixed(1)} KiB a job`,
    });
    const measured = minutes * (1 - warmUp);
    expect(memory * measured).toBeLessThan(Math.max(20, mib * 0.1));
    expect(handles * measured).toBeLessThan(10);
  });
}

function usage({ web, workers }: Host): Usage {
  const all = [web, ...workers].map(({ pid }) => usageOf(pid));
  return {
    pssKb: all.reduce((sum, { pssKb }) => sum + pssKb, 0),
    handles: all.reduce((sum, one) => sum + one.handles, 0),
    cpuSeconds: all.reduce((sum, one) => sum + one.cpuSeconds, 0),
  };
}

/** How much a value grows a minute: the line with the least squares. */
function slopeOf(samples: readonly Sample[], value: (sample: Sample) => number): number {
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const [x, y] = [mean(({ minute }) => minute), mean(value)];
  const covariance = mean((one) => (one.minute - x) * (value(one) - y));
  return covariance / mean((one) => (one.minute - x) ** 2);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
