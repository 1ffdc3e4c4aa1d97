import { expect } from 'vitest';
import type { ModuleFacts } from '../host/host.ts';
import { type Caller, under } from './caller.ts';
import type { Answer } from './send.ts';
import { type Event, eventList, type Job, job, jobPage } from './shapes.ts';
import { waitUntil } from './wait-until.ts';

export const isTerminal = ({ status }: Job): boolean => status !== 'pending' && status !== 'processing';

export async function submit(caller: Caller, module: ModuleFacts, input: unknown, more: object = {}): Promise<Job> {
  const answer = await caller.post(under(module, '/process'), { input_data: input, ...more });
  expect(answer.status, answer.text).toBe(202);
  return job.parse(answer.json);
}

export async function readJob(caller: Caller, module: ModuleFacts, id: string): Promise<Job> {
  const answer = await caller.get(under(module, `/status/${id}`));
  expect(answer.status, answer.text).toBe(200);
  return job.parse(answer.json);
}

/** Follows a job until it ends. Its progress and attempts must never decrease. */
export async function finish(caller: Caller, module: ModuleFacts, id: string, seconds = 60): Promise<Job> {
  let last = { progress: 0, attempt: 0 };
  return waitUntil(
    `the end of job ${id}`,
    async () => {
      const now = await readJob(caller, module, id);
      expect(now.progress_percent, 'progress never falls').toBeGreaterThanOrEqual(last.progress);
      expect(now.attempt, 'attempts never fall').toBeGreaterThanOrEqual(last.attempt);
      last = { progress: now.progress_percent, attempt: now.attempt };
      return isTerminal(now) && now;
    },
    seconds,
  );
}

export const cancel = (caller: Caller, module: ModuleFacts, id: string): Promise<Answer> =>
  caller.post(under(module, `/cancel/${id}`));

export async function list(caller: Caller, module: ModuleFacts, query = '') {
  const answer = await caller.get(under(module, `/list${query}`));
  expect(answer.status, answer.text).toBe(200);
  return jobPage.parse(answer.json);
}

export async function readEvents(admin: Caller, query: Readonly<Record<string, string>>): Promise<readonly Event[]> {
  const answer = await admin.get(`/api/v1/test/events?${new URLSearchParams(query)}`);
  expect(answer.status, answer.text).toBe(200);
  return eventList.parse(answer.json).events;
}

export const eventsOf = (admin: Caller, id: string): Promise<readonly Event[]> =>
  readEvents(admin, { correlation_id: `job-${id}` });

/** The events of a job up to its final one. */
export const eventsUntil = (admin: Caller, id: string, name: string): Promise<readonly Event[]> =>
  waitUntil(`event ${name} of job ${id}`, async () => {
    const events = await eventsOf(admin, id);
    return events.some((event) => event.name === name) && events;
  });

/** Publishes through the host and returns the event's id. */
export async function publish(admin: Caller, body: object): Promise<string> {
  const answer = await admin.post('/api/v1/events', body);
  expect(answer.status, answer.text).toBe(202);
  expect(Object.keys(answer.json as object)).toEqual(['event_id']);
  return (answer.json as { event_id: string }).event_id;
}
