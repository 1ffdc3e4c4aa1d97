import { expect, it } from 'vitest';
import * as z from 'zod';
import { under } from '../wire/caller.ts';
import { finish, submit } from '../wire/module-calls.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

const line = z.looseObject({
  level: z.enum(['debug', 'info', 'warn', 'error', 'fatal']),
  time: z.iso.datetime({ precision: 3 }),
  message: z.string(),
});

/** Lines of JSON with the ids of requests and jobs. */
export function describeLogs(world: World): void {
  const { subject, neighbour } = world;

  const linesOf = (key: 'request_id' | 'job_id', id: string) =>
    world.host
      .log()
      .split('\n')
      .filter((text) => text.includes(id))
      .map((text) => line.parse(JSON.parse(text)))
      .filter((fields) => fields[key] === id);

  it('x-request-id: the given id, or a new one, also on refusals', async () => {
    const id = 'Trace_01.a-b';
    const given = { 'x-request-id': id };
    for (const path of ['/health', under(subject, '/list'), '/nothing', under(subject, '/status/%zz')]) {
      const answer = await world.stranger().send({ method: 'GET', path, headers: given });
      expect(answer.headers['x-request-id']).toBe(id);
    }
    for (const headers of [{}, { 'x-request-id': 'a b' }, { 'x-request-id': 'x'.repeat(129) }]) {
      const answer = await world.stranger().send({ method: 'GET', path: '/health', headers });
      expect(z.uuid().safeParse(answer.headers['x-request-id']).success).toBe(true);
    }
  });

  it('one line for each request, without its query', async () => {
    const id = 'request-with-a-line';
    await world.person().send({
      method: 'GET',
      path: `${under(subject, '/list')}?token=planted-query`,
      headers: { 'x-request-id': id },
    });
    const [seen, ...more] = await waitUntil('the line', async () => {
      const lines = linesOf('request_id', id);
      return lines.length > 0 && lines;
    });
    expect(more).toEqual([]);
    expect(seen).toMatchObject({ level: 'info', message: 'request', method: 'GET', path: under(subject, '/list') });
    expect(seen?.status).toBe(200);
    expect(seen?.duration_ms).toBeGreaterThanOrEqual(0);
    expect(world.host.log()).not.toContain('planted-query');
  });

  it('one line when a job is claimed, and one when it has ended', async () => {
    const caller = world.person();
    const { job_id } = await submit(caller, neighbour, { test: 'data' });
    await finish(caller, neighbour, job_id);
    const lines = await waitUntil('the last line', async () => {
      const found = linesOf('job_id', job_id);
      return found.some(({ message }) => message === 'job ended') && found;
    });
    const module = neighbour.name;
    expect(lines.map(({ message, ...fields }) => [message, fields])).toEqual([
      ['job claimed', expect.objectContaining({ level: 'info', module, attempt: 1 })],
      ['job ended', expect.objectContaining({ level: 'info', module, attempt: 1, outcome: 'completed' })],
    ]);
    expect(lines[0]?.wait_ms).toBeGreaterThanOrEqual(0);
    expect(lines[1]?.duration_ms).toBeGreaterThanOrEqual(0);
  });

  it('a failed attempt says how it ended', async () => {
    const caller = world.person();
    const script = world.fake.script(400);
    const { job_id } = await submit(caller, subject, { text: script.text });
    expect((await finish(caller, subject, job_id)).status).toBe('failed');
    const ended = await waitUntil('the last line', async () =>
      linesOf('job_id', job_id).find(({ message }) => message === 'job ended'),
    );
    expect(ended).toMatchObject({ outcome: 'failed', error_code: 'provider_rejected', attempt: 1 });
  });
}
