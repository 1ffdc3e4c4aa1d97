import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { list, publish, readEvents } from '../wire/module-calls.ts';
import { waitUntil } from '../wire/wait-until.ts';
import { at, bodyOf } from './answers.ts';
import { accepted, completed, order, orderWith, refused } from './cases.ts';
import { orders, type Pair, type TypedHost } from './hosts.ts';

/** The codes of events that became dead letters of `orders`, by event, with the number of attempts. */
async function deadLetters({ rows }: TypedHost, events: readonly string[]): Promise<unknown[]> {
  const ids = events.map((id) => `'${id}'`).join();
  const query = `select json_build_object('id', event_id, 'end', error_code || ' after ' || attempt) from ai.deliveries
    where module = 'orders' and dead_at is not null and event_id in (${ids})`;
  const found = await waitUntil(`${events.length} dead letters`, () => {
    const all = rows(query) as { id: string; end: string }[];
    return all.length === events.length && all;
  });
  return events.map((id) => found.find((one) => one.id === id)?.end);
}

const placed = (host: TypedHost, data: object, name = 'shop.order.placed') => publish(host.admin, { name, data });

/** Events with types: those that start jobs, those of others, and the module's own. */
export function describeEventTypes(pair: Pair): void {
  describe('an event that starts a job', () => {
    it('becomes a dead letter at once if its data does not fit the input', async () => {
      const wrong = refused.filter(([, path]) => path !== 'surprise');
      const ends = await pair.both(async (host) => {
        const user = host.someone();
        const events: string[] = [];
        for (const [, path, value] of wrong)
          events.push(await placed(host, { ...orderWith(path, value), user_id: user.sub }));
        const ends = await deadLetters(host, events);
        expect((await list(user, orders)).total).toBe(0);
        return ends;
      });
      expect(ends).toEqual(wrong.map(() => 'input_invalid after 1'));
    });

    it('gives the job what the type of the input declares', async () => {
      const given = accepted.map(([, path, value]) => orderWith(path, value));
      const stored = await pair.both(async (host) => {
        const user = host.someone();
        for (const input of given) await placed(host, { ...input, user_id: user.sub, surprise: 'not in the type' });
        const count = `select count(*) from ai.jobs where user_id = '${user.sub}'`;
        await waitUntil('all jobs', () => host.rows(count)[0] === given.length);
        // The order of events that wait together is not part of the contract.
        const inputs = host.rows(`select input_data from ai.jobs where user_id = '${user.sub}'`);
        return inputs.map((input) => JSON.stringify(sorted(input))).sort();
      });
      expect(stored).toEqual(given.map((input) => JSON.stringify(sorted(completed(input)))).sort());
    });

    it('starts one job, however often it is published', async () => {
      const totals = await pair.both(async (host) => {
        const user = host.someone();
        const event = { name: 'shop.order.placed', event_id: randomUUID(), data: { ...order(), user_id: user.sub } };
        for (let time = 0; time < 3; time += 1) await publish(host.admin, event);
        await placed(host, { ...order(), user_id: user.sub });
        return waitUntil('two jobs', async () => {
          const { total } = await list(user, orders);
          return total >= 2 && total;
        });
      });
      expect(totals).toBe(2);
    });

    it('may have an input that the module makes of it', async () => {
      const stored = await pair.both(async (host) => {
        const user = host.someone();
        await placed(host, { user_id: user.sub, amount: 42, more: true }, 'billing.invoice.paid');
        const query = `select input_data->'import' from ai.jobs where user_id = '${user.sub}'`;
        return waitUntil('the job', () => host.rows(query)[0] as number | undefined);
      });
      expect(stored).toBe(42);
    });
  });

  it('an event of others that does not fit its type becomes a dead letter', async () => {
    const ends = await pair.both(async (host) =>
      deadLetters(host, [
        await placed(host, { ...order(), user_id: 5 }),
        await placed(host, order()),
        await placed(host, { user_id: 'someone', amount: 0 }, 'billing.invoice.paid'),
        await placed(host, { user_id: 'someone', amount: 'much' }, 'billing.invoice.paid'),
        await placed(host, {}, 'user.deleted'),
      ]),
    );
    expect(ends).toEqual([...Array(4).fill('payload_invalid after 1'), 'user_id_missing after 1']);
  });

  describe("the module's own event", () => {
    const approval = { order: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', total: 1.5 };

    it('is published with the defaults of its type', async () => {
      const event = await pair.both(async (host) => {
        const { status, json, text } = await host.admin.post(`${at}/approve`, { payload: { ...approval, more: true } });
        expect(status, text).toBe(200);
        const { event_id } = json as { event_id: string };
        // Its correlation id is its own.
        const [event] = await readEvents(host.admin, { correlation_id: event_id });
        return { ...event, event_id: '', correlation_id: '', occurred_at: '' };
      });
      expect(event).toMatchObject({
        name: 'orders.approved',
        source_module: 'orders',
        data: { ...approval, by: 'nobody', more: true },
      });
    });

    it.each([
      ['a wrong type', { ...approval, total: 'planted-wrong-total' }],
      ['a wrong format', { ...approval, order: 'planted-wrong-order' }],
      ['nothing', {}],
    ])('is not published with %s', async (_, payload) => {
      const [answer, before] = await pair.both(async (host) => {
        const count = `select count(*) from ai.events where name = 'orders.approved'`;
        const before = host.rows(count);
        const answer = bodyOf(await host.admin.post(`${at}/approve`, { payload }));
        expect(host.rows(count)).toEqual(before);
        expect(host.host.log()).not.toContain('planted-wrong-');
        return [answer, before];
      });
      expect(before).toHaveLength(1);
      expect(answer).toEqual({ status: 502, body: { detail: 'payload_invalid' } });
    });
  });
}

/** The value with the keys of its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
