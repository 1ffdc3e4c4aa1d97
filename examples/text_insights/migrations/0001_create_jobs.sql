create table text_insights_jobs (
  id uuid primary key,
  user_id text not null,
  status text not null check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  input_data json not null,
  options json not null,
  priority integer not null check (priority between 1 and 10),
  progress_percent integer not null default 0 check (progress_percent between 0 and 100),
  attempt integer not null default 0,
  error_code text,
  result_id uuid,
  claim_token uuid,
  lease_until timestamptz,
  due_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  failed_at timestamptz,
  cancelled_at timestamptz,
  check ((status = 'completed') = (result_id is not null))
);

create index text_insights_jobs_user on text_insights_jobs (user_id, created_at);
create index text_insights_jobs_status on text_insights_jobs (status, due_at);

create table text_insights_results (
  id uuid primary key,
  job_id uuid not null unique references text_insights_jobs (id) on delete cascade,
  output_data json not null,
  duration_ms integer not null,
  created_at timestamptz not null default now()
);
