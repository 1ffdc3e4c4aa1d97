-- What keeps the current role from using the schema $1 with the tables and functions $2: the names of those that are
-- missing, the statements with which an administrator permits the rest, and whether the server takes no writes. No rows:
-- it can use everything.
with own as (
  select oid, relname as name, relkind as kind from pg_class
  where relnamespace = (select oid from pg_namespace where nspname = $1)
), routines as (
  select oid, proname as name from pg_proc
  where pronamespace = (select oid from pg_namespace where nspname = $1)
)
select 'missing' as problem, name as text
from unnest($2::text[]) as name
where name not in (select o.name from own o) and name not in (select r.name from routines r)
union all
select 'forbidden', format('grant usage on schema %I to %I', nspname, current_user)
from pg_namespace
where nspname = $1 and not has_schema_privilege(oid, 'usage')
union all
select distinct 'forbidden', format('grant select, insert, update, delete on all tables in schema %I to %I', $1, current_user)
from own
where kind in ('r', 'p') and name = any ($2::text[]) and not (
  has_table_privilege(oid, 'select')
  -- Only migrations write to it.
  and (name = 'applied_migrations' or (
    has_table_privilege(oid, 'insert') and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete')
  ))
)
union all
select distinct 'forbidden', format('grant usage on all sequences in schema %I to %I', $1, current_user)
from own
where case when kind = 'S' and name = 'turns' then not has_sequence_privilege(oid, 'usage') end
union all
select distinct 'forbidden', format('grant execute on all functions in schema %I to %I', $1, current_user)
from routines
where name = any ($2::text[]) and not has_function_privilege(oid, 'execute')
union all
select 'read_only', 'it takes no writes' where current_setting('transaction_read_only') = 'on'
