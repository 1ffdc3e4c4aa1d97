import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import { Cancelled } from '../io.ts';
import type { RunningCommand } from '../start-command.ts';

/** An application that was started to be checked. */
export interface StartedApp {
  readonly command: RunningCommand;
  /** The port that it was asked to listen on. */
  readonly port: number;
  readonly prefix: string;
  /** Whether the user wants to stop. */
  readonly isInterrupted: () => boolean;
}

const startSeconds = 180;
const jobSeconds = 120;
/** For what may be over soon, such as a database that starts. */
const patienceSeconds = 30;
/** The guest answers from the first request on. */
const unattachedSeconds = 5;
const pollMs = 250;

const reasons: Readonly<Record<string, string>> = {
  starting: 'it did not become ready',
  stopping: 'it is stopping',
  not_started: 'the application did not start it: its lifespan is not run',
  database_unavailable: 'it cannot reach the database',
  database_forbidden: 'its role may not use its tables',
  schema_missing: 'its tables are missing, and it could not create them',
  settings_invalid: 'its settings are invalid',
  ports_invalid: 'the ports file cannot be used',
  start_failed: 'it failed to start',
};
const final = new Set(['settings_invalid', 'ports_invalid', 'not_started']);

/** Waits until the guest is ready, and returns the address of the application. Throws `verification-failed`. */
export async function waitForGuest(app: StartedApp): Promise<string> {
  const { command, prefix } = app;
  let last = 'nothing';
  let since = performance.now();
  for await (const seconds of ticks(app, startSeconds)) {
    const end = command.end();
    if (end !== undefined)
      throw failed(
        'start',
        `the application ended while it started: ${end}${linesOf(lastLines(command.output()))}`,
        'Remove the cause, or set commands.start in ai-modules.yaml',
      );
    const answer = await firstAnswer(app);
    if (answer?.code === 'ready') return answer.base;
    const state = answer === undefined ? 'nothing' : answer.code;
    if (state !== last) [last, since] = [state, performance.now()];
    const lasts = (performance.now() - since) / 1000;
    if (answer === undefined) {
      if (seconds < startSeconds) continue;
      throw failed('start', `nothing answers on port ${app.port}${linesOf(lastLines(command.output()))}`);
    }
    if (answer.code === 'unattached') {
      if (lasts < unattachedSeconds) continue;
      const asked = `${answer.base}${prefix}/health answers ${answer.status}`;
      if (answer.status === 401 || answer.status === 403)
        throw failed(
          'start',
          `${asked}: middleware of the application refuses requests without a login before the guest gets them`,
          'Let it pass them, or attach the guest before it. The guest asks authenticate of the ports file',
        );
      throw failed(
        'start',
        `${asked}: the entry point does not attach the guest`,
        'Add the lines that `host attach` printed',
      );
    }
    const isOver = final.has(state) || seconds >= startSeconds || (state !== 'starting' && lasts >= patienceSeconds);
    if (!isOver) continue;
    throw failed(
      'start',
      `the guest answers 503 ${state}: ${reasons[state]}${linesOf(linesFrom(command.output(), /AI modules are not|database: .*( is unavailable|the role lacks permissions)/))}`,
      state === 'schema_missing' || state === 'database_forbidden'
        ? 'Run the SQL of the log as an administrator of the database'
        : undefined,
    );
  }
  throw new Cancelled();
}

/** Runs a job of a module with the token of this check until it is completed. Throws `verification-failed`. */
export async function runCheckJob(app: StartedApp, base: string, module: string, token: string): Promise<void> {
  const { command, prefix } = app;
  const address = `${base}${prefix}/api/v1/modules/${module}`;
  const modules = bodyWith((await send(`${base}${prefix}/health`)).text, 'modules')?.modules;
  const state = isObject(modules) ? modules[module] : undefined;
  if (state !== 'ready')
    throw failed(
      'job',
      `a new module is ${typeof state === 'string' ? state : 'unknown'}${linesOf(linesFrom(command.output(), /module failed|(?:is|was) not started/))}`,
    );
  const body = JSON.stringify({ input_data: { text: 'A check of the attachment.' } });
  // The application's own function for users gets a request without a login.
  const anonymous = await send(`${address}/process`, { body });
  if (bodyWith(anonymous.text, 'detail')?.detail === 'authentication_unavailable')
    throw failed(
      'job',
      `authenticate of the ports file failed for a request without a login: 503 authentication_unavailable${linesOf(linesFrom(command.output(), /authentication failed/))}`,
      'Let it return nobody, or raise an error with status 401',
    );
  const headers = { 'ai-check-token': token, 'sec-fetch-site': 'same-origin' };
  const accepted = await send(`${address}/process`, { body, headers });
  const id = bodyWith(accepted.text, 'job_id')?.job_id;
  if (accepted.status !== 202 || typeof id !== 'string')
    throw failed('job', `POST ${address}/process answers ${accepted.status}: ${accepted.text.slice(0, 500)}`);
  for await (const seconds of ticks(app, jobSeconds)) {
    const { status, text } = await send(`${address}/status/${id}`, { headers });
    const job = bodyWith(text, 'job_id')?.status;
    if (job === 'completed') return;
    if (job === 'failed' || job === 'cancelled' || (status >= 400 && status < 500) || seconds >= jobSeconds)
      throw failed('job', `the job of a new module is not completed: ${status} ${text.slice(0, 500)}`);
  }
  throw new Cancelled();
}

/** The seconds since the start, again and again, until they are over or the user wants to stop. */
async function* ticks({ isInterrupted }: StartedApp, limit: number): AsyncGenerator<number> {
  const start = performance.now();
  for (let isLast = false; !isLast && !isInterrupted(); await pause(pollMs)) {
    const seconds = (performance.now() - start) / 1000;
    isLast = seconds >= limit;
    yield isLast ? limit : seconds;
  }
}

function failed(step: string, reason: string, advice = 'Remove the cause'): Failure {
  return new Failure('verification-failed', { step, reason, advice });
}

interface Answer {
  readonly base: string;
  readonly status: number;
  /** `ready`, the code of a 503 of the guest, or `unattached` if something else answers. */
  readonly code: string;
}

/** On the port that the application was asked to use, else on one that it logs. */
async function firstAnswer({ command, port, prefix }: StartedApp): Promise<Answer | undefined> {
  let other: Answer | undefined;
  for (const each of new Set([port, ...portsIn(command.output())])) {
    const base = `http://localhost:${each}`;
    const answer = await send(`${base}${prefix}/health`).catch(() => undefined);
    if (answer === undefined) continue;
    const { status, text } = answer;
    const hasModules = isObject(bodyWith(text, 'modules')?.modules);
    if (status === 200 && hasModules) return { base, status, code: 'ready' };
    const code = bodyWith(text, 'detail')?.detail;
    if (status === 503 && typeof code === 'string' && Object.hasOwn(reasons, code)) return { base, status, code };
    // Its own health: it has started, and something is missing.
    if (status === 503 && hasModules) return { base, status, code: 'starting' };
    other ??= { base, status, code: 'unattached' };
  }
  return other;
}

/** An answer that has a field. The application may wrap the answers of the guest in an object of its own. */
function bodyWith(text: string, field: string): Readonly<Record<string, unknown>> | undefined {
  const body = jsonOf(text);
  return isObject(body) ? [body, ...Object.values(body)].filter(isObject).find((one) => field in one) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Where an application says that it listens. Other ports in a log are those of other servers. */
function portsIn(output: string): number[] {
  const local = '(?:localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1?\\])';
  const pattern = `\\bhttps?://${local}:(\\d{2,5})\\b|\\b(?:listen|running|start)[^\\n]*\\bport[ =:"]+(\\d{2,5})\\b`;
  return [...output.matchAll(new RegExp(pattern, 'gi'))]
    .map(([, inUrl, named]) => Number(inUrl ?? named))
    .filter((port) => port > 0 && port < 65_536);
}

async function send(
  url: string,
  { body, headers }: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { ...json, ...headers },
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  return { status: response.status, text: await response.text() };
}

/** What a log says, without the other fields of lines in JSON. */
function readable(output: string): string[] {
  return output
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const {
        msg,
        message = msg,
        reason,
        err,
      } = (jsonOf(line) ?? {}) as Record<string, { stack?: string } | undefined>;
      if (typeof message !== 'string') return [line];
      return `${message}${reason === undefined ? '' : `: ${reason}`}\n${err?.stack ?? ''}`.split('\n');
    });
}

function lastLines(output: string): string[] {
  return readable(output).slice(-20);
}

/** The lines from the last one that matches, such as SQL for an administrator; without one the last lines. */
function linesFrom(output: string, pattern: RegExp): string[] {
  const lines = readable(output);
  const start = lines.findLastIndex((line) => pattern.test(line));
  return start === -1 ? lines.slice(-20) : lines.slice(start, start + 60);
}

function linesOf(lines: readonly string[]): string {
  const text = lines.filter((line) => line.trim() !== '').join('\n');
  return text === '' ? '' : `\n${text}`;
}
