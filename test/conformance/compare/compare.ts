import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Host } from '../host/host.ts';
import { type Answer, type ApiRequest, send } from '../wire/send.ts';
import { waitUntil } from '../wire/wait-until.ts';
import { authorizationOf } from './callers.ts';
import { type Pair, scripts } from './hosts.ts';
import { lastJob, type Step } from './requests.ts';

/** A job that a scenario created. */
interface Created {
  /** The address of the job's status. */
  readonly status: string;
  readonly id: string;
  /** Whether it runs until it is cancelled. */
  readonly isHeld: boolean;
}

/** One host during a scenario. */
interface Side {
  readonly host: Host;
  readonly jobs: Created[];
}

/** Sends the steps to both hosts, as one new user. Throws at the first difference between two answers. */
export async function compareScenario(pair: Pair, steps: readonly Step[]): Promise<void> {
  const sub = `user-${randomUUID()}`;
  const sides = [pair.fastify, pair.fastapi].map((host): Side => ({ host, jobs: [] }));
  try {
    for (const step of steps) {
      const answers = await Promise.all(sides.map((side) => take(side, step, sub)));
      assertEqual(answers[0] as Exchange, answers[1] as Exchange);
    }
  } finally {
    // Later scenarios see the jobs of administrators: they end in the same way in both hosts.
    await Promise.all(sides.map((side) => settle(side).then(() => cancelAll(side))));
  }
}

interface Exchange {
  readonly baseUrl: string;
  readonly request: ApiRequest;
  readonly answer: Answer;
}

async function take(side: Side, { caller, ...step }: Step, sub: string): Promise<Exchange> {
  const { host, jobs } = side;
  await settle(side);
  const authorization = authorizationOf(caller, host.secret, sub);
  const headers = { ...(authorization === undefined ? {} : { authorization }), ...step.headers };
  const path = step.path.replace(lastJob, jobs.at(-1)?.id ?? '00000000-0000-4000-8000-000000000000');
  const request = { ...step, path, headers };
  const answer = await send(host.baseUrl, request);
  const { job_id: id } = Object(answer.json) as { job_id?: unknown };
  if (answer.status === 202 && typeof id === 'string') {
    // The other modules have providers without scripts.
    const isHeld = path.includes('/document_search/') && `${step.body ?? ''}`.includes(scripts.hold);
    jobs.push({ id, status: step.path.replace('/process', `/status/${id}`), isHeld });
  }
  return { baseUrl: host.baseUrl, request, answer };
}

/** Waits until no job of the scenario changes any more: each has ended, or is held by its provider. */
async function settle({ host, jobs }: Side): Promise<void> {
  for (const { status, isHeld } of jobs) {
    await waitUntil(`the end of ${status}`, async () => {
      const { json, text } = await send(host.baseUrl, { method: 'GET', path: status, headers: admin(host) });
      const state = (json as { status?: string } | undefined)?.status;
      if (state === undefined) throw new Error(`no job at ${status}: ${text}`);
      return !['pending', 'processing'].includes(state) || (isHeld && state === 'processing');
    });
  }
}

async function cancelAll({ host, jobs }: Side): Promise<void> {
  for (const { status } of jobs) {
    const path = status.replace('/status/', '/cancel/');
    await send(host.baseUrl, { method: 'POST', path, headers: admin(host) });
  }
}

function admin(host: Host): Record<string, string> {
  return { authorization: authorizationOf('admin', host.secret, '') ?? '' };
}

function assertEqual(one: Exchange, other: Exchange): void {
  const [seen, wanted] = [one, other].map(({ request, answer }) => comparable(request, answer));
  if (isDeepStrictEqual(seen, wanted)) return;
  const shown = (value: unknown): string => JSON.stringify(value, null, 1).slice(0, 3_000);
  throw new Error(`The hosts answer differently.\n${asCurl(one)}\nFastify: ${shown(seen)}\nFastAPI: ${shown(wanted)}`);
}

const headerNames = ['content-type', 'www-authenticate', 'retry-after', 'allow', 'cache-control', 'location'] as const;
const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Numbers that depend on the moment or on other requests. */
const measured = /"(duration_ms|avg_duration_ms|uptime_seconds|total_jobs|\w+_jobs|duration_seconds)":[\d.e-]+/g;

/** What must be equal in two answers: ids, times and durations are replaced. */
function comparable({ path }: ApiRequest, { status, headers, text, json }: Answer): unknown {
  const ids = new Map<string, number>();
  const numbered = (value: string): string =>
    value.replaceAll(uuid, (id) => {
      if (!ids.has(id)) ids.set(id, ids.size + 1);
      return `id ${ids.get(id)}`;
    });
  const chosen = headerNames.map((name) => [name, numbered(`${headers[name] ?? ''}`)] as const);
  return {
    status,
    // JSON has no charset parameter, so one makes no difference.
    headers: Object.fromEntries(chosen.map(([name, value]) => [name, value.replace('json; charset=utf-8', 'json')])),
    body: bodyOf(path, text, json, numbered),
  };
}

function bodyOf(path: string, text: string, json: unknown, numbered: (text: string) => string): unknown {
  // Two frameworks describe the same interface in two ways.
  if (json !== undefined && path.startsWith('/openapi.json')) return 'a document';
  if (text.includes('<!DOCTYPE html>')) return 'a page';
  if (json === undefined) return text;
  const replaced = JSON.stringify(json, (_, value) =>
    typeof value === 'string' && time.test(value) ? 'a time' : value,
  );
  return JSON.parse(numbered(replaced.replaceAll(measured, '"$1":0')));
}

/** A command line that sends the request. */
function asCurl({ baseUrl, request: { method, path, headers = {}, body } }: Exchange): string {
  const quote = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;
  const options = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const data = body === undefined ? [] : [`--data-binary ${quote(shortened(body.toString()))}`];
  const head = method === 'HEAD' ? '-I' : `-X ${method}`;
  return ['curl -i --path-as-is -g', head, ...options, ...data, quote(baseUrl + shortened(path))].join(' ');
}

function shortened(text: string): string {
  return text.length <= 1_000 ? text : `${text.slice(0, 500)}…${text.length - 1_000} more…${text.slice(-500)}`;
}
