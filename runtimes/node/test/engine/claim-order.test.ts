import { beforeAll, expect, it } from 'vitest';
import { SCHEMA, testDatabase } from './test-database.ts';

// A connection without time limits, for many rows.
const { server } = await testDatabase();
const rounds = process.env.DRAWS === 'nightly' ? 200 : 8;

interface Queue {
  readonly jobs: number;
  readonly users: number;
  /** Jobs that one user has added before all others. */
  readonly firstOfOne?: number;
  /** The share of jobs that are not due. */
  readonly later: number;
  readonly running: number;
  readonly priorities: number;
}

/** What CONTRACT.md promises, without regard to time: the best priority, the fewest running jobs, then age. */
const reference = `
  select id from (
    select j.id, j.created_at, row_number() over (partition by user_id order by created_at, id)
      + (select count(*) from jobs r where r.status = 'processing' and r.module = 'm' and r.user_id = j.user_id) as number
    from jobs j
    where module = 'm' and status = 'pending' and due_at <= now() and priority = (
      select max(priority) from jobs where module = 'm' and status = 'pending' and due_at <= now()
    )
  ) as due order by number, created_at, id limit $1`;

const claimed = `
  select next.id
  from (select max(priority) as priority from jobs where module = 'm' and status = 'pending' and due_at <= now()) as best
  cross join lateral next_jobs_of('m', best.priority, $1) as next order by next.place`;

beforeAll(async () => {
  await server.query(`set search_path to ${SCHEMA}, public`);
  // Their counters are not tested here.
  await server.query('alter table jobs disable trigger user');
});

async function fill({ jobs, users, firstOfOne = 0, later, running, priorities }: Queue): Promise<void> {
  await server.query('truncate jobs cascade');
  const insert = `insert into jobs (id, module, user_id, status, input_data, options, priority, created_at, due_at,
    claim_token, lease_until) select gen_random_uuid(), module, 'u' || floor(random() * $2)::int, 'pending', '{}', '{}',
    1 + floor(random() * $4)::int, now() - floor(random() * 50) * interval '1 second',
    now() + case when random() < $3 then interval '1 hour' else interval '0' end, null, null
    from generate_series(1, $1::int), unnest(array['m', 'other']) as module`;
  await server.query(insert, [jobs, users, later, priorities]);
  await server.query(
    `insert into jobs (id, module, user_id, input_data, options, priority, created_at)
    select gen_random_uuid(), 'm', 'one', '{}', '{}', $2, now() - interval '1 hour' from generate_series(1, $1::int)`,
    [firstOfOne, priorities],
  );
  await server.query(
    `update jobs set status = 'processing', claim_token = gen_random_uuid(), lease_until = now()
    where id in (select id from jobs order by random() limit $1)`,
    [running],
  );
}

async function compare(queue: Queue): Promise<void> {
  await fill(queue);
  for (const rows of [1, 3, 10, 40]) {
    const ids = async (query: string) => (await server.query(query, [rows])).rows.map(({ id }) => id);
    expect([queue, rows, await ids(claimed)]).toEqual([queue, rows, await ids(reference)]);
  }
}

it.each(Array.from({ length: rounds }, (_, round) => round + 1))('is the promised one (queue %i)', async (round) => {
  await server.query('select setseed($1)', [round / 1_000]);
  let state = round * 7_919;
  const pick = (...values: number[]) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return values[(state >> 8) % values.length] as number;
  };
  await compare({
    jobs: pick(0, 3, 150, 400, 2_500),
    users: pick(1, 3, 40, 3_000),
    firstOfOne: pick(0, 0, 250, 2_100),
    later: pick(0, 0.1, 0.97, 1),
    running: pick(0, 5, 100),
    priorities: pick(1, 2, 10),
  });
});

it('is the promised one if nearly all of the oldest jobs are of one user', () =>
  compare({ jobs: 300, users: 100, firstOfOne: 20_100, later: 0.2, running: 5, priorities: 1 }));

it('is the promised one if very many jobs are not due', () =>
  compare({ jobs: 10_000, users: 10_000, later: 0.9, running: 5, priorities: 2 }));

it('does not depend on the number of users', async () => {
  await fill({ jobs: 30_000, users: 1e9, later: 0, running: 0, priorities: 1 });
  await server.query('analyze jobs');
  const { rows } = await server.query(`explain (analyze, buffers, format json) ${claimed.replace('$1', '10')}`);
  const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
  // Pages that were read, not time: that depends on the machine.
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(2_000);
});
