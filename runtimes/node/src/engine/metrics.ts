import type { Log } from '../log.ts';
import { isUnavailable } from './connection.ts';
import type { Store } from './store.ts';

/** Upper limits of the buckets of histograms, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const FLUSH_MS = 5_000;

type Kind = 'counter' | 'gauge' | 'histogram';

/** All metrics, in the order of the output. */
const METRICS: Readonly<Record<string, readonly [Kind, string]>> = {
  ai_host_info: ['gauge', 'The mode of the host.'],
  ai_database_up: ['gauge', 'Whether the database answers and its tables can be used, as in /readyz.'],
  ai_module_up: ['gauge', 'Whether a module is ready in this process.'],
  ai_workers: ['gauge', 'Processes that run jobs.'],
  ai_http_requests_total: ['counter', 'Requests by method, route and status.'],
  ai_http_request_duration_seconds: ['histogram', 'Time to answer requests.'],
  ai_jobs: ['gauge', 'Jobs by module and status.'],
  ai_job_queue_age_seconds: ['gauge', 'How long the oldest job of a module that could start has been waiting.'],
  ai_jobs_waiting_for_retry: ['gauge', 'Jobs whose last attempt failed, until the next one is due.'],
  ai_job_wait_seconds: ['histogram', 'Time from the request for a job to its first start.'],
  ai_job_duration_seconds: ['histogram', 'Time of attempts at jobs.'],
  ai_job_attempts_total: ['counter', 'Attempts at jobs by module and outcome.'],
  ai_event_deliveries_waiting: ['gauge', 'Events that wait for a module.'],
  ai_dead_letters: ['gauge', 'Events that were given up.'],
};

/** A series of a metric. */
export interface Sample {
  readonly name: string;
  /** `module="invoices",status="failed"` */
  readonly labels: string;
  /** The index in the buckets of a histogram; -1 for its sum and for other metrics. */
  readonly bucket: number;
  readonly value: number;
}

interface Increment extends Sample {
  /** The address that is scraped; '' for what the host counts as a whole. */
  readonly instance: string;
}

/** The labels of a series, in the text format of Prometheus. */
export function labelsOf(labels: Readonly<Record<string, string | number>>): string {
  const escaped = (value: string | number) => String(value).replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

/**
 * Counts what this process does, and adds it to the counters in the database every few seconds: they are those of all
 * processes, also of workers without a server.
 */
export class Metrics {
  readonly #store: Store;
  readonly #log: Log;
  #added = new Map<string, Increment>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  count(name: string, labels: Readonly<Record<string, string | number>>, instance = ''): void {
    this.#add({ instance, name, labels: labelsOf(labels), bucket: -1, value: 1 });
  }

  observe(name: string, labels: Readonly<Record<string, string | number>>, seconds: number, instance = ''): void {
    const at = BUCKETS.findIndex((limit) => seconds <= limit);
    const series = { instance, name, labels: labelsOf(labels) };
    this.#add({ ...series, bucket: at === -1 ? BUCKETS.length : at, value: 1 });
    this.#add({ ...series, bucket: -1, value: seconds });
  }

  /** Whether the database has all counts of this process. Without it they are kept for the next time. */
  async flush(): Promise<boolean> {
    if (this.#added.size === 0) return true;
    const added = this.#added;
    this.#added = new Map();
    try {
      await this.#store.addMetrics([...added.values()]);
      return true;
    } catch (error) {
      if (!isUnavailable(error)) this.#log.error({ err: error }, 'metrics not stored');
      for (const each of added.values()) this.#add(each);
      return false;
    }
  }

  #add(increment: Increment): void {
    const key = JSON.stringify([increment.instance, increment.name, increment.labels, increment.bucket]);
    const value = (this.#added.get(key)?.value ?? 0) + increment.value;
    this.#added.set(key, { ...increment, value });
  }
}

/** Samples in the text format of Prometheus, version 0.0.4. */
export function formatMetrics(samples: readonly Sample[]): string {
  const lines = Object.entries(METRICS).flatMap(([name, [kind, help]]) => {
    const own = samples.filter((sample) => sample.name === name);
    if (own.length === 0) return [];
    const head = [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`];
    if (kind === 'histogram') return [...head, ...histogramLines(name, own)];
    return [...head, ...own.map(({ labels, value }) => `${name}${inBraces(labels)} ${value}`).sort()];
  });
  return `${lines.join('\n')}\n`;
}

function histogramLines(name: string, samples: readonly Sample[]): string[] {
  return [...new Set(samples.map(({ labels }) => labels))].sort().flatMap((labels) => {
    const valueIn = (bucket: number) =>
      samples.find((sample) => sample.labels === labels && sample.bucket === bucket)?.value ?? 0;
    let total = 0;
    const buckets = [...BUCKETS, Number.POSITIVE_INFINITY].map((limit, index) => {
      total += valueIn(index);
      const le = labelsOf({ le: limit === Number.POSITIVE_INFINITY ? '+Inf' : limit });
      return `${name}_bucket${inBraces(labels === '' ? le : `${labels},${le}`)} ${total}`;
    });
    return [...buckets, `${name}_sum${inBraces(labels)} ${valueIn(-1)}`, `${name}_count${inBraces(labels)} ${total}`];
  });
}

function inBraces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}
