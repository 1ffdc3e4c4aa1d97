-- For administrators: jobs of all modules, newest first, and jobs that were started again.
create index jobs_newest on jobs (created_at desc, id desc);
create index jobs_newest_of_module on jobs (module, created_at desc, id desc);
create index jobs_failed on jobs (created_at desc, id desc) where status = 'failed';

-- Not a column of jobs: processes of an older version go on while this is applied.
create table retries (
  job_id uuid primary key references jobs on delete cascade,
  retried_as uuid not null
);

-- Counters of all processes for /metrics. `instance` is the address that is scraped; '' for what the host counts as a
-- whole. Histograms have a row for each of their buckets, and one with bucket -1 for the sum.
create table metrics (
  instance text not null,
  name text not null,
  labels text not null,
  bucket smallint not null,
  value double precision not null,
  updated_at timestamptz not null default now(),
  primary key (instance, name, labels, bucket)
);

-- The trace that a job or an event is part of, as headers of OpenTelemetry. Without traces there are no rows.
create table traces (
  id uuid primary key,
  headers json not null,
  created_at timestamptz not null default now()
);
create index traces_created on traces (created_at);
