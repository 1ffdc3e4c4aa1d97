-- The tables of the runtime. Both runtimes apply this file in their schema, once, in one transaction.
-- json, not jsonb: jsonb refuses characters that JSON allows in a provider's output.

create table modules (
  name text primary key,
  -- Limit over all processes.
  max_concurrent_jobs integer not null check (max_concurrent_jobs > 0),
  -- A job that was started more often ends as failed when its worker disappears.
  max_attempts integer not null check (max_attempts > 0),
  -- Event names by step: started, progress, completed, failed, cancelled. A step without a name has no event.
  lifecycle_events json not null,
  -- When the module last got a worker, as a number that grows: the module with the lowest number is next.
  turn bigint not null default 0,
  registered_at timestamptz not null default now()
);

create index modules_turn on modules (turn, name);

create sequence turns;

create table subscriptions (
  event text not null,
  module text not null references modules (name) on update cascade on delete cascade,
  primary key (event, module)
);

create table jobs (
  id uuid primary key,
  module text not null,
  user_id text not null,
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  input_data json not null,
  options json not null,
  priority smallint not null check (priority between 1 and 10),
  progress_percent smallint not null default 0 check (progress_percent between 0 and 100),
  attempt integer not null default 0,
  error_code text,
  result_id uuid,
  duration_ms integer,
  -- Proves that a worker still owns the attempt.
  claim_token uuid,
  lease_until timestamptz,
  -- A pending job does not start earlier.
  due_at timestamptz not null default now(),
  progress_published_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  failed_at timestamptz,
  cancelled_at timestamptz,
  check ((status = 'completed') = (result_id is not null)),
  check ((status = 'processing') = (claim_token is not null and lease_until is not null))
);

create index jobs_next on jobs (module, priority desc, user_id, created_at, id) where status = 'pending';
create index jobs_due on jobs (due_at) where status = 'pending';
create index jobs_running on jobs (module, user_id) where status = 'processing';
create index jobs_leases on jobs (lease_until) where status = 'processing';
create index jobs_of_user on jobs (module, user_id, created_at desc, id desc);
create index jobs_ended on jobs (module, (coalesce(completed_at, failed_at, cancelled_at)))
  where status in ('completed', 'failed', 'cancelled');

create table results (
  id uuid primary key,
  job_id uuid not null unique references jobs (id) on delete cascade,
  output_data json not null,
  metadata json not null,
  created_at timestamptz not null default now()
);

-- Counters of jobs by module and status. Each database session adds to one of eight rows, so that sessions seldom wait
-- for each other; a counter is the sum of the rows.
create table job_counters (
  module text not null,
  status text not null,
  shard smallint not null,
  jobs bigint not null,
  duration_ms bigint not null,
  primary key (module, status, shard)
);

create table events (
  id uuid primary key,
  position bigint generated always as identity,
  name text not null,
  data json not null,
  source_module text not null,
  correlation_id text not null,
  occurred_at timestamptz not null default now(),
  -- The job that the event ends.
  ended_job uuid unique
);

create index events_position on events (position);
create index events_correlation on events (correlation_id, position);
create index events_occurred on events (occurred_at);

-- One row for each event and subscribed module, deleted when the handler has succeeded.
create table deliveries (
  event_id uuid not null references events (id) on delete cascade,
  module text not null,
  attempt integer not null default 0,
  due_at timestamptz not null default now(),
  claim_token uuid,
  lease_until timestamptz,
  -- A dead letter: given up after the last retry.
  dead_at timestamptz,
  error_code text,
  primary key (event_id, module)
);

create index deliveries_due on deliveries (due_at) where dead_at is null;
create index deliveries_dead on deliveries (dead_at) where dead_at is not null;

-- Processes that run jobs. `seen_at` grows while they live.
create table workers (
  id uuid primary key,
  seen_at timestamptz not null default now()
);

-- When each scheduled task runs next.
create table schedules (
  name text primary key,
  cron text not null,
  due_at timestamptz not null
);
