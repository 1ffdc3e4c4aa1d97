-- The state machine of jobs and deliveries. Both runtimes call these functions and change no state in any other way.
-- Times, leases and due dates are by the clock of the database. Each function is one transaction for its caller: the
-- job, its event, the deliveries of the event and the notification are written together, or not at all.
-- Applied again whenever this file changes; `set search_path from current` binds each function to the runtime's schema.
-- `set jit = off`: compiling a query would take longer than the query, whose cost PostgreSQL overestimates.

-- Listeners of this channel get 'jobs', 'deliveries' or 'cancel <job id>'. A lost or repeated message does no harm.
create or replace function wake(message text) returns void
language sql set search_path from current as $$
  select pg_notify(current_schema() || '_wake', message)
$$;

create or replace function iso(moment timestamptz) returns text
language sql stable set search_path from current as $$
  select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

create or replace function change_counter(of_module text, of_status text, by_jobs bigint, by_ms bigint) returns void
language sql set search_path from current as $$
  insert into job_counters as c (module, status, shard, jobs, duration_ms)
  values (of_module, of_status, pg_backend_pid() % 32, by_jobs, by_ms)
  on conflict (module, status, shard)
  do update set jobs = c.jobs + excluded.jobs, duration_ms = c.duration_ms + excluded.duration_ms
$$;

-- Counts every change of jobs, including deletions: once for each statement, as an import or a deletion of many jobs
-- would otherwise change the same counters thousands of times. Always in one order, so that sessions don't wait for each
-- other in a circle.
create or replace function count_jobs() returns trigger
language plpgsql set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    perform change_counter(module, status, count(*), coalesce(sum(duration_ms), 0))
    from added group by module, status order by module, status;
  elsif tg_op = 'DELETE' then
    perform change_counter(module, status, -count(*), -coalesce(sum(duration_ms), 0))
    from removed group by module, status order by module, status;
  else
    perform change_counter(module, status, sum(jobs)::bigint, sum(ms)::bigint)
    from (
      select module, status, 1 as jobs, coalesce(duration_ms, 0) as ms from added
      union all
      select module, status, -1, -coalesce(duration_ms, 0) from removed
    ) as change
    group by module, status having sum(jobs) <> 0 or sum(ms) <> 0
    order by module, status;
  end if;
  return null;
end $$;

drop trigger if exists count_job on jobs;
drop function if exists count_job();
create or replace trigger count_added_jobs after insert on jobs
referencing new table as added for each statement execute function count_jobs();
create or replace trigger count_removed_jobs after delete on jobs
referencing old table as removed for each statement execute function count_jobs();
create or replace trigger count_changed_jobs after update on jobs
referencing old table as removed new table as added for each statement execute function count_jobs();

-- Registers the modules of a process. `registered`: [{name, max_concurrent_jobs, max_attempts, lifecycle_events,
-- subscriptions: [event]}]. `present`: names of all modules of the host, also of those that it does not start. Other
-- modules stay registered until `remove_modules`: they may belong to a newer host.
create or replace function register_modules(registered json, present text[]) returns void
language plpgsql set search_path from current as $$
begin
  -- A claim updates modules, too.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' claim', 0));
  insert into modules (name, max_concurrent_jobs, max_attempts, lifecycle_events)
  select r.name, r.max_concurrent_jobs, r.max_attempts, r.lifecycle_events
  from json_to_recordset(registered)
    as r (name text, max_concurrent_jobs integer, max_attempts integer, lifecycle_events json)
  on conflict (name) do update set
    max_concurrent_jobs = excluded.max_concurrent_jobs,
    max_attempts = excluded.max_attempts,
    lifecycle_events = excluded.lifecycle_events,
    registered_at = now();
  delete from subscriptions s using json_to_recordset(registered) as r (name text, subscriptions json)
  where s.module = r.name
    and s.event not in (select json_array_elements_text(r.subscriptions));
  insert into subscriptions (event, module)
  select json_array_elements_text(r.subscriptions), r.name
  from json_to_recordset(registered) as r (name text, subscriptions json)
  on conflict do nothing;
  update modules set seen_at = now() where name = any (present);
end $$;

-- Stores an event and its deliveries. The same id again is the same event and changes nothing.
create or replace function publish_event(
  event_id uuid, name text, data json, source_module text, correlation_id text, ended_job uuid default null
) returns setof events
language plpgsql set search_path from current as $$
begin
  return query
    insert into events as e (id, name, data, source_module, correlation_id, ended_job)
    values (event_id, publish_event.name, publish_event.data, publish_event.source_module,
      publish_event.correlation_id, publish_event.ended_job)
    on conflict do nothing
    returning e.*;
  if not found then
    return query select * from events e where e.id = event_id;
    return;
  end if;
  insert into deliveries (event_id, module)
  select publish_event.event_id, s.module from subscriptions s where s.event = publish_event.name;
  if found then
    perform wake('deliveries');
  end if;
end $$;

-- Publishes a step in the life of a job, if its module has an event for it.
create or replace function publish_step(job jobs, step text, details json, ends boolean) returns void
language plpgsql set search_path from current as $$
declare
  event_name constant text := (select m.lifecycle_events ->> step from modules m where m.name = job.module);
begin
  if event_name is null then
    return;
  end if;
  perform publish_event(
    gen_random_uuid(),
    event_name,
    (select json_object_agg(key, value) from (
      values ('job_id', to_json(job.id)), ('user_id', to_json(job.user_id))
      union all select key, value from json_each(details)
    ) as fields (key, value)),
    job.module,
    'job-' || job.id,
    case when ends then job.id end
  );
end $$;

-- Adds a pending job. Returns nothing if the user already has `max_active` active jobs in the module. A job with this
-- id that exists already is returned unchanged.
create or replace function add_job(
  job_id uuid, for_module text, for_user text, input json, job_options json, job_priority integer, max_active integer
) returns setof jobs
language plpgsql set search_path from current as $$
declare
  job jobs;
begin
  -- Two requests of a user must not both take the last place.
  perform pg_advisory_xact_lock(hashtextextended(for_module || ' ' || for_user, 1));
  select * into job from jobs where id = job_id;
  if found then
    return next job;
    return;
  end if;
  if (
    select count(*) from (
      select from jobs where module = for_module and user_id = for_user and status in ('pending', 'processing')
      limit max_active
    ) as active
  ) >= max_active then
    return;
  end if;
  -- A job with this id may have ended and been deleted.
  update events set ended_job = null where ended_job = job_id;
  insert into jobs (id, module, user_id, input_data, options, priority)
  values (job_id, for_module, for_user, input, job_options, job_priority)
  returning * into job;
  perform publish_step(job, 'started', json_build_object('created_at', iso(job.created_at)), false);
  perform wake('jobs');
  return next job;
end $$;

-- Adds a pending job for the user, and with the priority, of a job that has failed or was cancelled. Returns nothing if
-- the user already has `max_active` active jobs in the module, or the old job has another status.
create or replace function repeat_job(
  old_id uuid, new_id uuid, input json, job_options json, max_active integer
) returns setof jobs
language plpgsql set search_path from current as $$
declare
  old jobs;
  job jobs;
begin
  select * into old from jobs where id = old_id and status in ('failed', 'cancelled') for share;
  if not found then
    return;
  end if;
  select * into job from add_job(new_id, old.module, old.user_id, input, job_options, old.priority, max_active);
  if job.id is null then
    return;
  end if;
  insert into retries (job_id, retried_as) values (old_id, job.id)
  on conflict (job_id) do update set retried_as = excluded.retried_as;
  return next job;
end $$;

-- Whether one of the modules has a pending job that is due. Goes from module to module along the index: jobs of other
-- modules, and jobs that are not due, cost next to nothing.
create or replace function has_due_jobs(of_modules text[]) returns boolean
language sql stable set search_path from current as $$
  with recursive waiting (module) as (
    (select j.module from jobs j where j.status = 'pending' order by j.module limit 1)
    union all
    select (
      select j.module from jobs j where j.status = 'pending' and j.module > w.module order by j.module limit 1
    ) from waiting w where w.module is not null
  )
  select exists (
    select from waiting w cross join lateral (
      select from jobs j
      where j.module = w.module and j.status = 'pending' and j.due_at <= now()
      order by j.priority desc limit 1
    ) as due
    where w.module = any (of_modules)
  )
$$;

drop function if exists next_jobs_of(text, integer);

-- The jobs of a module that are next, at most `max_rows` of its best priority: first those of the user with the fewest
-- running jobs, then the oldest.
create or replace function next_jobs_of(of_module text, best smallint, max_rows integer)
returns table (id uuid, place bigint)
language plpgsql stable set search_path from current as $$
#variable_conflict use_column
declare
  size integer;
begin
  -- A part of the jobs suffices if it is all that are due, or if the oldest jobs contain enough users for whom nothing
  -- runs. That is always so if users may have 100 jobs and the module runs at most 20.
  foreach size in array array[200, 2000, 20000] loop
    return query
      with due as materialized (
        select j.id, j.user_id, j.created_at from jobs j
        where j.module = of_module and j.status = 'pending' and j.priority = best and j.due_at <= now()
        order by j.due_at limit size
      ), has_all as materialized (
        select count(*) < size as is_true from due
      ), part as (
        select * from due where (select is_true from has_all)
        union all
        (select j.id, j.user_id, j.created_at from jobs j
        where not (select is_true from has_all)
          and j.module = of_module and j.status = 'pending' and j.priority = best and j.due_at <= now()
        order by j.created_at, j.id limit size)
      ), running as (
        select j.user_id, count(*) as jobs from jobs j
        where j.module = of_module and j.status = 'processing' group by j.user_id
      ), numbered as (
        select p.id, p.created_at, coalesce(running.jobs, 0)
          + row_number() over (partition by p.user_id order by p.created_at, p.id) as number
        from part p left join running using (user_id)
      )
      select n.id, row_number() over (order by n.number, n.created_at, n.id) as place
      from numbered n
      where (select is_true from has_all) or max_rows <= (select count(*) from numbered where number = 1)
      order by place
      limit max_rows;
    if found then
      return;
    end if;
  end loop;
  -- Otherwise go from user to user along the index, so that a user with many jobs costs no more.
  return query
    with recursive users (user_id) as (
      (select j.user_id from jobs j
      where j.module = of_module and j.status = 'pending' and j.priority = best
      order by j.user_id limit 1)
      union all
      select (
        select j.user_id from jobs j
        where j.module = of_module and j.status = 'pending' and j.priority = best and j.user_id > u.user_id
        order by j.user_id limit 1
      ) from users u where u.user_id is not null
    ), running as (
      select j.user_id, count(*) as jobs from jobs j
      where j.module = of_module and j.status = 'processing' group by j.user_id
    )
    select due.id, row_number() over (order by coalesce(running.jobs, 0) + due.number, due.created_at, due.id) as place
    from users
    left join running using (user_id)
    cross join lateral (
      select j.id, j.created_at, row_number() over (order by j.created_at, j.id) as number
      from jobs j
      where j.module = of_module and j.status = 'pending' and j.priority = best
        and j.user_id = users.user_id and j.due_at <= now()
      order by j.created_at, j.id
      limit max_rows
    ) as due
    order by place
    limit max_rows;
end $$;

-- Claims at most `free` jobs of the given modules for a worker. Modules take turns, and none gets more workers than its
-- limit. Takes jobs of one priority for each module: call it again until it returns nothing.
create or replace function claim_jobs(of_modules text[], free integer, lease_seconds double precision)
returns setof jobs
language plpgsql set search_path from current set jit = off as $$
begin
  -- Most calls of an idle host end here.
  if not has_due_jobs(of_modules) then
    return;
  end if;
  -- A claim that a crash of the server loses is a pending job again, so that nobody has to wait for the disk.
  perform set_config('synchronous_commit', 'off', true);
  -- One claim at a time: limits and turns are exact over all processes.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' claim', 0));
  return query
    with open as (
      select m.name, m.turn, best.priority, m.max_concurrent_jobs - running.jobs as room
      from modules m
      cross join lateral (
        select j.priority from jobs j
        where j.module = m.name and j.status = 'pending' and j.due_at <= now()
        order by j.priority desc limit 1
      ) as best
      cross join lateral (
        select count(*)::integer as jobs from jobs j where j.module = m.name and j.status = 'processing'
      ) as running
      where m.name = any (of_modules) and running.jobs < m.max_concurrent_jobs
      order by m.turn, m.name
      limit free
    ), chosen as (
      select next.id, open.name, row_number() over (order by next.place, open.turn, open.name) as number
      from open cross join lateral next_jobs_of(open.name, open.priority, least(open.room, free)) as next
      order by number
      limit free
    ), turned as (
      update modules m set turn = nextval('turns')
      from (select c.name, max(c.number) as number from chosen c group by c.name order by 2) as served
      where m.name = served.name
    )
    update jobs j set
      status = 'processing',
      claim_token = gen_random_uuid(),
      lease_until = now() + make_interval(secs => lease_seconds),
      attempt = j.attempt + 1,
      started_at = coalesce(j.started_at, now())
    from chosen
    where j.id = chosen.id and j.status = 'pending'
    returning j.*;
end $$;

-- Extends the leases of the claims that are still held, and returns their tokens: the others are lost.
create or replace function renew_leases(tokens uuid[], lease_seconds double precision) returns setof uuid
language sql set search_path from current as $$
  with renewed_jobs as (
    update jobs set lease_until = now() + make_interval(secs => lease_seconds)
    where claim_token = any (tokens) and status = 'processing'
    returning claim_token
  ), renewed_deliveries as (
    update deliveries set lease_until = now() + make_interval(secs => lease_seconds)
    where claim_token = any (tokens) and dead_at is null
    returning claim_token
  )
  select claim_token from renewed_jobs union all select claim_token from renewed_deliveries
$$;

-- Raises the progress of a job, never lowers it; 100 is for completed jobs. False: the claim is lost. Publishes the
-- progress if a module subscribes to it, at most once a second.
create or replace function report_progress(job_id uuid, token uuid, percent integer) returns boolean
language plpgsql set search_path from current as $$
declare
  job jobs;
begin
  update jobs set progress_percent = greatest(progress_percent, least(percent, 99))
  where id = job_id and claim_token = token and status = 'processing'
  returning * into job;
  if not found then
    return false;
  end if;
  if (job.progress_published_at is null or job.progress_published_at <= clock_timestamp() - interval '1 second')
    and exists (
      select from subscriptions s join modules m on m.lifecycle_events ->> 'progress' = s.event
      where m.name = job.module
    )
  then
    update jobs set progress_published_at = clock_timestamp() where id = job.id;
    perform publish_step(job, 'progress', json_build_object('progress', job.progress_percent), false);
  end if;
  return true;
end $$;

-- processing → completed, with the result. Returns nothing if the claim is lost. Called again with the same result id
-- it returns the job again, for a caller that did not get the first answer.
create or replace function complete_job(
  job_id uuid, token uuid, new_result_id uuid, output json, result_metadata json, took_ms integer
) returns setof jobs
language plpgsql set search_path from current as $$
declare
  job jobs;
begin
  update jobs set
    status = 'completed', progress_percent = 100, result_id = new_result_id, duration_ms = took_ms, error_code = null,
    completed_at = now(), claim_token = null, lease_until = null
  where id = job_id and claim_token = token and status = 'processing'
  returning * into job;
  if not found then
    return query select * from jobs j where j.id = job_id and j.result_id = new_result_id;
    return;
  end if;
  insert into results (id, job_id, output_data, metadata) values (new_result_id, job.id, output, result_metadata);
  perform publish_step(job, 'completed',
    json_build_object('result_id', job.result_id, 'duration_seconds', (took_ms / 1000.0)::double precision), true);
  perform wake_next(job.module);
  return next job;
end $$;

-- processing → failed. Returns nothing if the claim is lost.
create or replace function fail_job(job_id uuid, token uuid, code text) returns setof jobs
language plpgsql set search_path from current as $$
declare
  job jobs;
begin
  update jobs set status = 'failed', error_code = code, failed_at = now(), claim_token = null, lease_until = null
  where id = job_id and claim_token = token and status = 'processing'
  returning * into job;
  if not found then
    return;
  end if;
  perform publish_step(job, 'failed', json_build_object('error_code', code, 'attempt', job.attempt), true);
  perform wake_next(job.module);
  return next job;
end $$;

-- processing → pending, to be started after a pause. `code` says why the attempt failed; null: the job is handed back,
-- and the code of an earlier attempt stays. Returns nothing if the claim is lost.
create or replace function retry_job(job_id uuid, token uuid, delay_seconds double precision, code text)
returns setof jobs
language plpgsql set search_path from current as $$
declare
  job jobs;
begin
  update jobs set
    status = 'pending', due_at = now() + make_interval(secs => delay_seconds), error_code = coalesce(code, error_code),
    claim_token = null, lease_until = null
  where id = job_id and claim_token = token and status = 'processing'
  returning * into job;
  if found then
    perform wake('jobs');
    return next job;
  end if;
end $$;

-- What processes of 0.2.0-dev.8 and older call.
create or replace function retry_job(job_id uuid, token uuid, delay_seconds double precision) returns setof jobs
language sql set search_path from current as $$
  select * from retry_job(job_id, token, delay_seconds, null)
$$;

-- pending or processing → cancelled. Returns nothing if the job has ended.
create or replace function cancel_job(job_id uuid) returns setof jobs
language plpgsql set search_path from current as $$
declare
  job jobs;
begin
  update jobs set
    status = 'cancelled', error_code = null, cancelled_at = now(), claim_token = null, lease_until = null
  where id = job_id and status in ('pending', 'processing')
  returning * into job;
  if not found then
    return;
  end if;
  perform publish_step(job, 'cancelled', '{}', true);
  if job.started_at is not null then
    perform wake('cancel ' || job.id);
    perform wake_next(job.module);
  end if;
  return next job;
end $$;

-- A worker has become free in a module that was at its limit: processes with free workers must look again.
create or replace function wake_next(of_module text) returns void
language plpgsql set search_path from current as $$
begin
  if (select m.max_concurrent_jobs from modules m where m.name = of_module) - 1
      <= (select count(*) from jobs j where j.module = of_module and j.status = 'processing')
    and exists (select from jobs j where j.module = of_module and j.status = 'pending' and j.due_at <= now())
  then
    perform wake('jobs');
  end if;
end $$;

-- The given modules that have deliveries. Goes from module to module along the index, so that what waits for other
-- modules costs nothing.
create or replace function modules_with_deliveries(of_modules text[]) returns table (name text)
language sql stable rows 10 set search_path from current as $$
  with recursive waiting (module) as (
    (select d.module from deliveries d where d.dead_at is null order by d.module limit 1)
    union all
    select (
      select d.module from deliveries d where d.dead_at is null and d.module > w.module order by d.module limit 1
    ) from waiting w where w.module is not null
  )
  select w.module from waiting w where w.module = any (of_modules)
$$;

-- Seconds until the next pending job or delivery of the modules becomes due; null if there is none. Jobs and deliveries
-- that are already due don't count: they have been notified, or wait for a free worker.
create or replace function seconds_until_due(of_modules text[]) returns double precision
language sql stable set search_path from current set jit = off as $$
  select extract(epoch from least(
    (select due_at from jobs
      where status = 'pending' and due_at > now() and module = any (of_modules)
      order by due_at limit 1),
    (select min(due.due_at) from modules_with_deliveries(of_modules) as m cross join lateral (
      select d.due_at from deliveries d
      where d.module = m.name and d.dead_at is null and d.due_at > now()
      order by d.due_at limit 1
    ) as due)
  ) - now())::double precision
$$;

-- The deliveries of the given modules that can be claimed, at most `max_rows`, oldest first.
create or replace function next_deliveries(of_modules text[], max_rows integer)
returns table (event_id uuid, module text)
language sql stable set search_path from current as $$
  select due.event_id, due.module
  from modules_with_deliveries(of_modules) as m
  cross join lateral (
    select d.event_id, d.module, d.due_at from deliveries d
    where d.module = m.name and d.dead_at is null and d.due_at <= now()
      and (d.lease_until is null or d.lease_until <= now())
    order by d.due_at limit max_rows
  ) as due
  order by due.due_at
  limit max_rows
$$;

-- Claims at most `free` deliveries that are due, oldest first, with their events.
create or replace function claim_deliveries(of_modules text[], free integer, lease_seconds double precision)
returns table (
  event_id uuid, module text, attempt integer, claim_token uuid,
  name text, data json, source_module text, correlation_id text, occurred_at timestamptz
)
language plpgsql set search_path from current set jit = off as $$
#variable_conflict use_column
begin
  if not exists (select from next_deliveries(of_modules, 1)) then
    return;
  end if;
  perform set_config('synchronous_commit', 'off', true);
  -- One claim at a time: otherwise one that waits for another finds nothing, and leaves the rest to nobody.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' deliveries', 0));
  return query
    with claimed as (
      update deliveries d set
        attempt = d.attempt + 1,
        claim_token = gen_random_uuid(),
        lease_until = now() + make_interval(secs => lease_seconds)
      from next_deliveries(of_modules, free) as due
      where d.event_id = due.event_id and d.module = due.module
        and d.dead_at is null and (d.lease_until is null or d.lease_until <= now())
      returning d.event_id, d.module, d.attempt, d.claim_token
    )
    select c.event_id, c.module, c.attempt, c.claim_token,
      e.name, e.data, e.source_module, e.correlation_id, e.occurred_at
    from claimed c join events e on e.id = c.event_id
    order by e.position;
end $$;

-- The handler has succeeded. Call it in the transaction of the handler to make both one step. False: claim lost.
create or replace function finish_delivery(token uuid) returns boolean
language plpgsql set search_path from current as $$
begin
  delete from deliveries where claim_token = token;
  return found;
end $$;

-- The handler has failed: the delivery is due again after the delay, or is a dead letter if the delay is null.
create or replace function fail_delivery(token uuid, code text, delay_seconds double precision) returns boolean
language plpgsql set search_path from current as $$
begin
  update deliveries set
    error_code = code,
    due_at = case when delay_seconds is null then due_at else now() + make_interval(secs => delay_seconds) end,
    dead_at = case when delay_seconds is null then now() end,
    claim_token = null,
    lease_until = null
  where claim_token = token;
  if found and delay_seconds is not null then
    perform wake('deliveries');
  end if;
  return found;
end $$;

-- The process stops before the handler has ended: the delivery is due again, and this attempt doesn't count.
create or replace function return_delivery(token uuid) returns boolean
language plpgsql set search_path from current as $$
begin
  update deliveries set attempt = attempt - 1, due_at = now(), claim_token = null, lease_until = null
  where claim_token = token;
  if found then
    perform wake('deliveries');
  end if;
  return found;
end $$;

-- Takes jobs back from workers that have disappeared: the job is pending again, or failed after too many attempts.
-- A delivery that lost its worker ten times is a dead letter. Any process calls it every few seconds, with its modules:
-- it looks for work of those whose notification was lost. Returns the number of jobs.
create or replace function sweep(of_modules text[]) returns integer
language plpgsql set search_path from current set jit = off as $$
declare
  job jobs;
  swept integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' sweep', 0)) then
    return 0;
  end if;
  if exists (select from jobs where status = 'processing' and lease_until <= now()) then
    perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' claim', 0));
    for job in
      update jobs j set
        status = case when j.attempt < coalesce(m.max_attempts, 1) then 'pending' else 'failed' end,
        error_code = case when j.attempt < coalesce(m.max_attempts, 1) then j.error_code else 'internal_error' end,
        failed_at = case when j.attempt < coalesce(m.max_attempts, 1) then null else now() end,
        claim_token = null,
        lease_until = null,
        due_at = now()
      from jobs expired left join modules m on m.name = expired.module
      where j.id = expired.id and expired.status = 'processing' and expired.lease_until <= now()
        and j.status = 'processing' and j.lease_until <= now()
      returning j.*
    loop
      swept := swept + 1;
      if job.status = 'failed' then
        perform publish_step(job, 'failed',
          json_build_object('error_code', job.error_code, 'attempt', job.attempt), true);
      else
        -- The process that takes it up may run other modules than this one.
        perform wake('jobs');
      end if;
    end loop;
  end if;
  update deliveries set dead_at = now(), error_code = 'internal_error', claim_token = null, lease_until = null
  where dead_at is null and lease_until <= now() and attempt >= 10;
  if has_due_jobs(of_modules) then
    perform wake('jobs');
  end if;
  if exists (select from next_deliveries(of_modules, 1)) then
    perform wake('deliveries');
  end if;
  delete from workers where seen_at < now() - interval '1 day';
  return swept;
end $$;

-- Ends every claim. Only for a process that knows that no other process runs jobs.
create or replace function expire_claims() returns void
language sql set search_path from current as $$
  update jobs set lease_until = now() where status = 'processing';
  update deliveries set lease_until = now() where lease_until > now();
$$;

-- A page of a user's jobs, newest first, and the number of all jobs that match. The total is in each row.
create or replace function list_jobs(of_module text, of_user text, with_status text, skip integer, max_rows integer)
returns table (job jobs, total bigint)
language sql stable set search_path from current set jit = off as $$
  with matching as (
    select count(*) as total from jobs j
    where j.module = of_module and j.user_id = of_user and (with_status is null or j.status = with_status)
  ), page as (
    select j.id from jobs j
    where j.module = of_module and j.user_id = of_user and (with_status is null or j.status = with_status)
    order by j.created_at desc, j.id desc offset skip limit max_rows
  )
  select j, matching.total
  from matching left join (jobs j join page on page.id = j.id) on true
  order by j.created_at desc, j.id desc
$$;

-- Jobs of all modules, newest first, at most `max_rows` after the job `before`. A filter that is null matches everything.
-- `is_open`: only jobs that were not started again. The query has only the filters that are given, so that an index fits.
create or replace function find_jobs(
  of_module text, with_status text, of_user text, with_code text, is_open boolean, before uuid, max_rows integer
) returns setof jobs
language plpgsql stable set search_path from current set jit = off as $$
begin
  return query execute 'select j.* from jobs j where true'
    || case when of_module is null then '' else ' and j.module = $1' end
    -- Not a parameter: the planner has to know it, to use an index for one status.
    || case when with_status is null then '' else format(' and j.status = %L', with_status) end
    || case when of_user is null then '' else ' and j.user_id = $2' end
    || case when with_code is null then '' else ' and j.error_code = $3' end
    || case when is_open then ' and not exists (select from retries r where r.job_id = j.id)' else '' end
    || case when before is null then ''
      else ' and (j.created_at, j.id) < (select b.created_at, b.id from jobs b where b.id = $4)' end
    || ' order by j.created_at desc, j.id desc limit $5'
  using of_module, of_user, with_code, before, max_rows;
end $$;

-- Dead letters, those that were given up last first, at most `max_rows` after one of them.
create or replace function find_dead_letters(
  of_module text, of_event text, with_code text, one_event uuid, before_event uuid, before_module text, max_rows integer
) returns table (
  event_id uuid, module text, attempt integer, dead_at timestamptz, error_code text,
  name text, data json, source_module text, correlation_id text, occurred_at timestamptz
)
language sql stable set search_path from current set jit = off as $$
  select d.event_id, d.module, d.attempt, d.dead_at, d.error_code,
    e.name, e.data, e.source_module, e.correlation_id, e.occurred_at
  from deliveries d join events e on e.id = d.event_id
  where d.dead_at is not null
    and (of_module is null or d.module = of_module)
    and (of_event is null or e.name = of_event)
    and (with_code is null or d.error_code = with_code)
    and (one_event is null or d.event_id = one_event)
    and (before_event is null or (d.dead_at, d.event_id, d.module) < (
      select b.dead_at, b.event_id, b.module from deliveries b
      where b.event_id = before_event and b.module = before_module
    ))
  order by d.dead_at desc, d.event_id desc, d.module desc
  limit max_rows
$$;

-- Delivers dead letters again, with all their attempts: the latest `max_rows` that match. Returns how many.
create or replace function replay_dead_letters(
  of_module text, of_event text, with_code text, one_event uuid, max_rows integer
) returns integer
language plpgsql set search_path from current as $$
declare
  replayed integer;
begin
  update deliveries d set dead_at = null, error_code = null, attempt = 0, due_at = now()
  from find_dead_letters(of_module, of_event, with_code, one_event, null, null, max_rows) as f
  where d.event_id = f.event_id and d.module = f.module and d.dead_at is not null;
  get diagnostics replayed = row_count;
  if replayed > 0 then
    perform wake('deliveries');
  end if;
  return replayed;
end $$;

-- Counters of a module.
create or replace function job_stats(of_module text)
returns table (
  total_jobs bigint, pending_jobs bigint, processing_jobs bigint, completed_jobs bigint, failed_jobs bigint,
  cancelled_jobs bigint, avg_duration_ms double precision
)
language sql stable set search_path from current as $$
  select
    coalesce(sum(jobs), 0)::bigint,
    coalesce(sum(jobs) filter (where status = 'pending'), 0)::bigint,
    coalesce(sum(jobs) filter (where status = 'processing'), 0)::bigint,
    coalesce(sum(jobs) filter (where status = 'completed'), 0)::bigint,
    coalesce(sum(jobs) filter (where status = 'failed'), 0)::bigint,
    coalesce(sum(jobs) filter (where status = 'cancelled'), 0)::bigint,
    coalesce(
      sum(duration_ms) filter (where status = 'completed')::double precision
        / nullif(sum(jobs) filter (where status = 'completed'), 0), 0)::double precision
  from job_counters where module = of_module
$$;

-- Cancels what the user still has running in the module, then deletes all of the user's jobs and results there.
create or replace function erase_user_jobs(of_module text, of_user text) returns integer
language plpgsql set search_path from current as $$
declare
  erased integer;
begin
  perform cancel_job(id) from jobs
  where module = of_module and user_id = of_user and status in ('pending', 'processing');
  delete from jobs where module = of_module and user_id = of_user;
  get diagnostics erased = row_count;
  return erased;
end $$;

-- Deletes at most 500 jobs that ended more than `days` ago, with their results. Returns how many.
create or replace function delete_old_jobs(of_module text, days double precision) returns integer
language plpgsql set search_path from current as $$
declare
  deleted integer;
begin
  delete from jobs where id in (
    select id from jobs
    where module = of_module and status in ('completed', 'failed', 'cancelled')
      and coalesce(completed_at, failed_at, cancelled_at) < now() - make_interval(secs => days * 86400)
    limit 500
  );
  get diagnostics deleted = row_count;
  return deleted;
end $$;

-- Adds what a process has counted since its last call: [{instance, name, labels, bucket, value}]. In one order, so that
-- processes don't wait for each other in a circle.
create or replace function add_metrics(added json) returns void
language sql set search_path from current as $$
  insert into metrics as m (instance, name, labels, bucket, value)
  select a.instance, a.name, a.labels, a.bucket, a.value
  from json_to_recordset(added) as a (instance text, name text, labels text, bucket smallint, value double precision)
  order by a.instance, a.name, a.labels, a.bucket
  on conflict (instance, name, labels, bucket) do update set value = m.value + excluded.value, updated_at = now()
$$;

-- Counters of an instance and of the whole host, and gauges that need no look at single jobs and events, so that they are
-- known while a session holds a lock on those. Gauges have the bucket -1.
create or replace function read_counters(of_instance text)
returns table (name text, labels text, bucket smallint, value double precision)
language sql stable set search_path from current set jit = off as $$
  select m.name, m.labels, m.bucket, sum(m.value) from metrics m where m.instance in ('', of_instance)
  group by m.name, m.labels, m.bucket
  union all
  select 'ai_jobs', format('module="%s",status="%s"', c.module, c.status), -1, sum(c.jobs)::double precision
  from job_counters c group by c.module, c.status
  union all
  select 'ai_workers', '', -1, count(*)::double precision from workers where seen_at > now() - interval '15 seconds'
$$;

-- What jobs and events wait for.
create or replace function read_waiting()
returns table (name text, labels text, bucket smallint, value double precision)
language sql stable set search_path from current set jit = off as $$
  with waiting as (
    select c.module from job_counters c where c.status = 'pending' group by c.module having sum(c.jobs) > 0
  )
  select 'ai_job_queue_age_seconds', format('module="%s"', w.module), -1,
    coalesce(extract(epoch from now() - oldest.due_at), 0)::double precision
  from waiting w cross join lateral (
    select min(first.due_at) as due_at from generate_series(1, 10) as p (priority) cross join lateral (
      select j.due_at from jobs j
      where j.module = w.module and j.status = 'pending' and j.priority = p.priority and j.due_at <= now()
      order by j.due_at limit 1
    ) as first
  ) as oldest
  union all
  select 'ai_jobs_waiting_for_retry', format('module="%s"', w.module), -1, coalesce(r.jobs, 0)::double precision
  from waiting w left join (
    select j.module, count(*) as jobs from jobs j where j.status = 'pending' and j.due_at > now() group by j.module
  ) as r using (module)
  union all
  select 'ai_event_deliveries_waiting', format('module="%s"', d.module), -1, count(*)::double precision
  from deliveries d where d.dead_at is null group by d.module
  union all
  select 'ai_dead_letters', format('module="%s"', d.module), -1, count(*)::double precision
  from deliveries d where d.dead_at is not null group by d.module
$$;

-- Records the trace of a job or an event that is about to be stored.
create or replace function add_trace(of_id uuid, trace_headers json) returns void
language sql set search_path from current as $$
  insert into traces (id, headers) values (of_id, trace_headers) on conflict do nothing
$$;

-- The trace of a job, or of an event: without one of its own, that of the job that published it.
create or replace function find_trace(of_id uuid, of_correlation text default null) returns json
language sql stable set search_path from current as $$
  select headers from traces
  where id = of_id or 'job-' || id = of_correlation
  order by id = of_id desc limit 1
$$;

-- Deletes at most 500 dead letters, 500 events that no delivery waits for, and 500 traces, that are older than `days`.
-- Returns how many.
create or replace function delete_old_events(days double precision) returns integer
language plpgsql set search_path from current as $$
declare
  latest constant timestamptz := now() - make_interval(secs => days * 86400);
  letters integer;
  deleted integer;
  traced integer;
begin
  delete from deliveries where (event_id, module) in (
    select d.event_id, d.module from deliveries d where d.dead_at < latest limit 500
  );
  get diagnostics letters = row_count;
  delete from events where id in (
    select e.id from events e
    where e.occurred_at < latest and not exists (select from deliveries d where d.event_id = e.id)
    limit 500
  );
  get diagnostics deleted = row_count;
  delete from traces where id in (select t.id from traces t where t.created_at < latest limit 500);
  get diagnostics traced = row_count;
  -- Instances that are gone.
  delete from metrics where instance <> '' and updated_at < latest;
  return letters + deleted + traced;
end $$;

-- Ends the work of modules that no process had for `days`: their jobs fail and their deliveries are dead letters, both
-- with the code `module_removed`. What is younger waits. At most 500 of each at a time. Returns how many.
create or replace function remove_modules(days double precision) returns integer
language plpgsql set search_path from current as $$
declare
  latest constant timestamptz := now() - make_interval(secs => days * 86400);
  job jobs;
  failed integer := 0;
  given_up integer;
begin
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' claim', 0));
  for job in
    update jobs set status = 'failed', error_code = 'module_removed', failed_at = now()
    where status = 'pending' and id in (
      select j.id from jobs j
      where j.status = 'pending' and j.created_at < latest
        and not exists (select from modules m where m.name = j.module and m.seen_at >= latest)
      limit 500
    )
    returning *
  loop
    failed := failed + 1;
    perform publish_step(job, 'failed',
      json_build_object('error_code', job.error_code, 'attempt', job.attempt), true);
  end loop;
  update deliveries set dead_at = now(), error_code = 'module_removed', claim_token = null, lease_until = null
  where dead_at is null and (event_id, module) in (
    select d.event_id, d.module from deliveries d join events e on e.id = d.event_id
    where d.dead_at is null and e.occurred_at < latest
      and not exists (select from modules m where m.name = d.module and m.seen_at >= latest)
    limit 500
  );
  get diagnostics given_up = row_count;
  -- The names of its events are needed as long as jobs wait.
  delete from modules m where m.seen_at < latest
    and not exists (select from jobs j where j.module = m.name and j.status in ('pending', 'processing'));
  return failed + given_up;
end $$;

-- Says that a worker process is alive, and with it the modules of its folder.
create or replace function beat(worker uuid, present text[]) returns void
language plpgsql set search_path from current as $$
begin
  insert into workers (id) values (worker) on conflict (id) do update set seen_at = now();
  if exists (select from modules where name = any (present) and seen_at < now() - interval '1 hour') then
    -- A claim updates modules, too.
    perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' claim', 0));
    update modules set seen_at = now() where name = any (present);
  end if;
end $$;

-- Whether a process that runs jobs is alive.
create or replace function has_workers() returns boolean
language sql stable set search_path from current as $$
  select exists (select from workers where seen_at > now() - interval '15 seconds')
$$;

-- Enters scheduled tasks: [{name, cron, next_at}]. A task keeps its time, unless its cron expression has changed.
create or replace function enter_schedules(tasks json) returns void
language sql set search_path from current as $$
  insert into schedules as s (name, cron, due_at)
  select t.name, t.cron, t.next_at from json_to_recordset(tasks) as t (name text, cron text, next_at timestamptz)
  on conflict (name) do update set cron = excluded.cron, due_at = excluded.due_at where s.cron <> excluded.cron
$$;

-- The scheduled tasks that are due, with the time of the database.
create or replace function due_schedules(names text[]) returns table (name text, checked_at timestamptz)
language sql stable set search_path from current as $$
  select s.name, now() from schedules s where s.due_at <= now() and s.name = any (names)
$$;

-- Whether the caller is the one that runs the task now. The task is due again at `next_at`.
create or replace function take_schedule(task text, next_at timestamptz) returns boolean
language plpgsql set search_path from current as $$
begin
  update schedules set due_at = next_at where name = task and due_at <= now();
  return found;
end $$;

-- Which tables of an exported database of version 0.1 the caller has to fill, in the transaction in which it calls this:
-- those that exist and were not filled yet. Only an embedded database has such data; its role may do everything.
create or replace function tables_to_fill(names text[]) returns setof text
language plpgsql set search_path from current as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' import', 0));
  -- SQLite has times in UTC, without a zone. Foreign keys hold when all tables are filled.
  perform set_config('timezone', 'UTC', true), set_config('session_replication_role', 'replica', true);
  return query
    with filled as (
      insert into applied_migrations (owner, file)
      select name, 'data of version 0.1' from unnest(names) as name
      where to_regclass(quote_ident(name)) is not null and name <> all (array[
        'applied_migrations', 'modules', 'subscriptions', 'jobs', 'results', 'job_counters', 'events', 'deliveries',
        'workers', 'schedules', 'retries', 'metrics', 'traces'
      ])
      on conflict do nothing
      returning owner
    ), to_copy_again as (
      delete from applied_migrations a using filled f
      where f.owner = a.owner || '_jobs' and a.file = 'jobs of version 0.1'
    )
    select owner from filled;
end $$;

-- Adds exported rows to a table: `{"table", "columns", "rows"}`, with values as text. Rows that exist stay.
create or replace function import_rows(batch json) returns void
language plpgsql set search_path from current as $$
declare
  target constant regclass := to_regclass(quote_ident(batch ->> 'table'));
  names text;
  fields text;
  generator text;
  of_column name;
begin
  select
    string_agg(quote_ident(a.attname), ', '),
    string_agg(format('(r ->> %s)::%s', c.number - 1, format_type(a.atttypid, -1)), ', ')
  into names, fields
  from json_array_elements_text(batch -> 'columns') with ordinality as c (column_name, number)
  join pg_attribute a on a.attrelid = target and a.attname = c.column_name and a.attnum > 0
    and not a.attisdropped and a.attgenerated = '';
  execute format(
    'insert into %s (%s) overriding system value select %s from json_array_elements($1) as r on conflict do nothing',
    target, names, fields
  ) using batch -> 'rows';
  for generator, of_column in
    select pg_get_serial_sequence(target::text, attname), attname from pg_attribute
    where attrelid = target and attnum > 0 and not attisdropped
  loop
    if generator is not null then
      execute format(
        'select setval($1::regclass, max(%1$I)) from %2$s having max(%1$I) is not null', of_column, target
      ) using generator;
    end if;
  end loop;
end $$;

-- The modules that had tables of jobs of their own in version 0.1, which were not copied yet.
create or replace function modules_to_import(names text[]) returns setof text
language sql stable set search_path from current as $$
  select name from unnest(names) as name
  where to_regclass(quote_ident(name || '_results')) is not null
    and 3 = (
      select count(*) from pg_attribute
      where attrelid = to_regclass(quote_ident(name || '_jobs')) and not attisdropped
        and attname in ('claim_token', 'due_at', 'input_data')
    )
    and not exists (select from applied_migrations where owner = name and file = 'jobs of version 0.1')
$$;

-- Copies the jobs and results of a module that had tables of its own in version 0.1, once. Jobs that were running are
-- pending again. Returns the number of copied jobs.
create or replace function import_jobs(of_module text) returns bigint
language plpgsql set search_path from current as $$
declare
  old_jobs constant regclass := to_regclass(quote_ident(of_module || '_jobs'));
  old_results constant regclass := to_regclass(quote_ident(of_module || '_results'));
  -- Fastify modules had the duration in the result; FastAPI modules in the job, and the metadata in `details`.
  has_details boolean;
  imported bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' import', 0));
  if not exists (select from modules_to_import(array[of_module])) then
    return 0;
  end if;
  insert into applied_migrations (owner, file) values (of_module, 'jobs of version 0.1');
  has_details := exists (
    select from pg_attribute where attrelid = old_results and attname = 'details' and not attisdropped
  );
  execute format($copy$
    insert into jobs (
      id, module, user_id, status, input_data, options, priority, progress_percent, attempt, error_code, result_id,
      duration_ms, due_at, created_at, started_at, completed_at, failed_at, cancelled_at
    )
    select j.id::uuid, $1, j.user_id, case j.status when 'processing' then 'pending' else j.status end,
      j.input_data, j.options, j.priority, j.progress_percent, j.attempt, j.error_code,
      case j.status when 'completed' then r.id::uuid end, %s,
      j.due_at, j.created_at, j.started_at, j.completed_at, j.failed_at, j.cancelled_at
    from %s j left join %s r on r.job_id = j.id
    where j.status <> 'completed' or r.id is not null
    on conflict (id) do nothing
  $copy$, case when has_details then 'j.duration_ms' else 'r.duration_ms' end, old_jobs, old_results)
  using of_module;
  get diagnostics imported = row_count;
  execute format($copy$
    insert into results (id, job_id, output_data, metadata, created_at)
    select r.id::uuid, r.job_id::uuid, r.output_data, %s, r.created_at
    from %s r join jobs j on j.id = r.job_id::uuid and j.result_id = r.id::uuid
    on conflict do nothing
  $copy$, case when has_details then 'r.details' else 'json_build_object(''duration_ms'', r.duration_ms)' end,
    old_results);
  return imported;
end $$;
