-- The statements with which an administrator lets the current role create and change the tables in the schema $1: only
-- what is missing. The caller sets the search path to pg_catalog, so that types are written with their schema.
select statement
from (
  select 1 as place, format('create schema %I;', $1::text) as statement
  where to_regnamespace(quote_ident($1)) is null
  union all
  select 2, format('grant usage, create on schema %I to %I;', $1, current_user)
  where not coalesce((
    select has_schema_privilege(oid, 'usage') and has_schema_privilege(oid, 'create') from pg_namespace where nspname = $1
  ), false)
  union all
  select 3, format('alter %s %s owner to %I;', case relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass, current_user)
  from pg_class c
  where relnamespace = to_regnamespace(quote_ident($1)) and relkind in ('r', 'p', 'S') and not pg_has_role(relowner, 'usage')
    -- A sequence that belongs to a column has the owner of the table.
    and not exists (
      select from pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and c.relkind = 'S' and d.deptype in ('a', 'i')
    )
  union all
  select 4, format('alter routine %s owner to %I;', oid::regprocedure, current_user)
  from pg_proc
  where pronamespace = to_regnamespace(quote_ident($1)) and not pg_has_role(proowner, 'usage')
) missing
order by place, statement
