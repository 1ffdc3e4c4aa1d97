do $revision$
declare
  path text := current_setting('search_path');
begin
  if to_regnamespace('"{schema}"') is null then
    create schema "{schema}";
  end if;
  set local search_path to "{schema}", public;
  create table if not exists applied_migrations (
    owner text not null,
    file text not null,
    applied_at timestamptz not null default now(),
    primary key (owner, file)
  );
  if not exists (select from applied_migrations where owner = '{owner}' and file = '{file}') then
    execute $sql$
{sql}
    $sql$;
    insert into applied_migrations (owner, file) values ('{owner}', '{file}');
  end if;
  perform set_config('search_path', path, true);
end
$revision$;
