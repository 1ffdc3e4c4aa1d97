import type { JsonObject } from '../engine/store.ts';
import type { Run } from '../jobs/run.ts';
import { UsageRecord } from '../jobs/run.ts';
import type { Log } from '../log.ts';

/** A run for tests of a provider, which records what the provider reports. */
export interface TestRun<Options> extends Run<Options> {
  /** What was passed to `progress`. */
  readonly percents: readonly number[];
  /** What was passed to `usage`, added up. */
  readonly used: JsonObject;
}

/** A run outside a host: it is never aborted, belongs to nobody, and logs nothing. */
export function testRun<Options = JsonObject>(options = {} as Options): TestRun<Options> {
  const percents: number[] = [];
  const record = new UsageRecord();
  return {
    options,
    signal: new AbortController().signal,
    progress: async (percent) => void percents.push(percent),
    usage: record.add,
    logger: silentLog,
    user: null,
    jobId: null,
    percents,
    get used() {
      return record.read().usage;
    },
  };
}

const nothing = () => {};
const silentLog = {
  level: 'silent',
  fatal: nothing,
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
  silent: nothing,
  child: () => silentLog,
} as unknown as Log;
