"""Creates and updates the tables and functions, at each start of a process.

A ledger in the schema says which files were applied. Each file and its line in the ledger are one transaction, and an
advisory lock lets one process at a time apply files, also if the others are runtimes in another language.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.errors import DatabaseUnavailableError, SchemaPermissionError, is_unavailable

OWNER = "runtime"
FUNCTIONS = "functions.sql"
# Another process may be applying a long migration.
LOCK_SECONDS = 60

LEDGER = """create table if not exists applied_migrations (
  owner text, file text, applied_at timestamptz default now(), primary key (owner, file)
)"""

TAKE_OVER = """create schema if not exists {schema};
alter schema {schema} owner to {role};
do $$
declare
  statement text;
begin
  for statement in
    select format('alter table %s owner to %I', oid::regclass, {role_text}) from pg_class
    where relnamespace = {schema_text}::regnamespace and relkind in ('r', 'p')
    union all
    select format('alter routine %s owner to %I', oid::regprocedure, {role_text}) from pg_proc
    where pronamespace = {schema_text}::regnamespace
    union all
    select format('alter sequence %s owner to %I', oid::regclass, {role_text}) from pg_class
    where relnamespace = {schema_text}::regnamespace and relkind = 'S' and not exists (
      select from pg_depend d where d.objid = pg_class.oid and d.deptype in ('a', 'i') and d.classid = 'pg_class'::regclass
    )
  loop
    execute statement;
  end loop;
end $$;"""


@dataclass(frozen=True)
class Migration:
    """SQL that is applied once. `name` is the file's name in the ledger."""

    name: str
    sql: str


async def set_up_schema(database: Database) -> None:
    """Create or update the runtime's tables and functions. Does nothing if they are up to date.

    Raises:
        SchemaPermissionError: something is missing or old, and the role may not change it.
        DatabaseUnavailableError: the database can't be reached.
    """
    await apply_migrations(database, OWNER, runtime_migrations())


async def apply_migrations(database: Database, owner: str, migrations: Sequence[Migration]) -> None:
    """Apply the migrations that the ledger does not have. `owner` is the name of a module.

    Raises:
        SchemaPermissionError: the role may not change the schema.
        DatabaseUnavailableError: the database can't be reached.
    """
    connection = await database.open_for_setup()
    try:
        await _apply(connection, database.schema, owner, migrations)
    except asyncpg.InsufficientPrivilegeError as error:
        async with connection.transaction():
            role = await connection.fetchval("select current_user")
        raise SchemaPermissionError(_advice(database.schema, role, str(error))) from error
    except Exception as error:
        if is_unavailable(error):
            raise DatabaseUnavailableError(type(error).__name__) from error
        raise
    finally:
        await connection.close(timeout=2)


async def _apply(connection: asyncpg.Connection, schema: str, owner: str, migrations: Sequence[Migration]) -> None:
    missing = await _missing(connection, schema, owner, migrations)
    if not missing:
        return
    for migration in (None, *missing):
        async with connection.transaction():
            await connection.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
            # A lock until commit, which a transaction pooler keeps.
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{schema} migrate")
            if migration is None:
                await _create_ledger(connection, schema)
            elif await _missing(connection, schema, owner, [migration]):
                await connection.execute(f'set local search_path to "{schema}", public')
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into applied_migrations (owner, file) values ($1, $2)", owner, migration.name
                )


async def _create_ledger(connection: asyncpg.Connection, schema: str) -> None:
    # `if not exists` needs the permission to create even if the schema exists.
    if not await connection.fetchval("select exists (select from pg_namespace where nspname = $1)", schema):
        await connection.execute(f'create schema "{schema}"')
    await connection.execute(f'set local search_path to "{schema}"')
    if not await _has_ledger(connection, schema):
        await connection.execute(LEDGER)


async def _has_ledger(connection: asyncpg.Connection, schema: str) -> bool:
    return bool(
        await connection.fetchval(
            "select exists (select from pg_tables where schemaname = $1 and tablename = 'applied_migrations')", schema
        )
    )


async def _missing(
    connection: asyncpg.Connection, schema: str, owner: str, migrations: Sequence[Migration]
) -> list[Migration]:
    # In a transaction: a transaction pooler may send each statement outside one to another server process.
    async with connection.transaction():
        if not await _has_ledger(connection, schema):
            return list(migrations)
        query = 'select file from "{schema}".applied_migrations where owner = $1'
        rows = await connection.fetch(query.replace("{schema}", schema), owner)
    applied = {row["file"] for row in rows}
    return [migration for migration in migrations if migration.name not in applied]


@cache
def runtime_migrations() -> tuple[Migration, ...]:
    """The numbered files, and the functions under a name that changes with their text."""
    folder = sql_folder()
    numbered = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    functions = (folder / FUNCTIONS).read_bytes()
    digest = hashlib.sha256(functions).hexdigest()[:12]
    return (
        *(Migration(file.name, file.read_text(encoding="utf-8")) for file in numbered),
        Migration(f"{FUNCTIONS}@{digest}", functions.decode()),
    )


def sql_folder() -> Path:
    """The folder of the SQL files: in the package, or beside it in a checkout of the source."""
    package = Path(__file__).resolve().parents[1]
    candidates = (package / "sql", package.parents[2] / "sql")
    return next((folder for folder in candidates if (folder / FUNCTIONS).is_file()), candidates[0])


def _advice(schema: str, role: str, reason: str) -> str:
    quoted = role.replace('"', '""')
    text = role.replace("'", "''")
    statements = TAKE_OVER.format(
        schema=f'"{schema}"', role=f'"{quoted}"', role_text=f"'{text}'", schema_text=f"'\"{schema}\"'"
    )
    return (
        f"the role {role} may not create or update the schema {schema} ({reason}). Run this SQL as an administrator "
        f"of the database, then start again:\n\n{statements}\n"
    )
