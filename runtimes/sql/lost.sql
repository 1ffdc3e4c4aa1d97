-- Which of the tables and functions $2 are not in the schema $1.
select name
from unnest($2::text[]) as name
where not exists (
  select from pg_class where relname = name and relnamespace = (select oid from pg_namespace where nspname = $1)
)
and not exists (
  select from pg_proc where proname = name and pronamespace = (select oid from pg_namespace where nspname = $1)
)
