-- Applied after 0001_tables.sql, to databases of version 0.2.0-dev.2 as well.

-- Pending jobs by age and by due time: what a claim reads.
create index jobs_oldest on jobs (module, priority desc, created_at, id) where status = 'pending';
create index jobs_ready on jobs (module, priority desc, due_at) where status = 'pending';
-- A user's limit counts only active jobs, however many have ended.
create index jobs_active on jobs (module, user_id) where status in ('pending', 'processing');
-- A list of jobs needs only the index to count them, also by status.
drop index jobs_of_user;
create index jobs_of_user on jobs (module, user_id, created_at desc, id desc) include (status);

-- By module: what waits for modules that are not there costs the others nothing.
drop index deliveries_due;
create index deliveries_due on deliveries (module, due_at) where dead_at is null;
create index deliveries_leases on deliveries (lease_until) where lease_until is not null;

-- When a process with the module was last alive, to the hour. A host registers all modules of its folder, also those
-- that it does not start.
alter table modules add column seen_at timestamptz not null default now();
