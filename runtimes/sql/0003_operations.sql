-- For administrators: jobs of all modules, newest first, and jobs that were started again.
create index jobs_newest on jobs (created_at desc, id desc);
create index jobs_newest_of_module on jobs (module, created_at desc, id desc);
create index jobs_failed on jobs (created_at desc, id desc) where status = 'failed';

-- Not a column of jobs: processes of an older version go on while this is applied.
create table retries (
  job_id uuid primary key references jobs on delete cascade,
  retried_as uuid not null
);
