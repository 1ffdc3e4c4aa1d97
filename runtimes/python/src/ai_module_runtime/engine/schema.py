"""Creates and updates the tables and functions, at each start of a process.

A ledger in the schema says which files were applied. Each file and its line in the ledger are one transaction, and an
advisory lock lets one process at a time apply files, also if the others are runtimes in another language.
"""

from collections.abc import Sequence

import asyncpg  # type: ignore[import-untyped]

from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.errors import SchemaMissingError, SchemaPermissionError, is_unavailable
from ai_module_runtime.engine.sql_files import ACCESS, FUNCTIONS, Migration, created_by, read_sql, runtime_migrations

OWNER = "runtime"
PERMISSIONS = "permissions.sql"
# One file and its line in the ledger, as one statement: some drivers and tools run only one at a time, or no transaction.
REVISION = "revision.sql"
LEDGER = """create table if not exists applied_migrations (
  owner text, file text, applied_at timestamptz default now(), primary key (owner, file)
)"""


# The functions are applied again if some were dropped.
INSERT = "insert into applied_migrations (owner, file) values ($1, $2) on conflict do nothing"


async def set_up_schema(database: Database) -> None:
    """Create or update the runtime's tables and functions. Does nothing if they are up to date.

    Raises:
        SchemaMissingError: a table was dropped.
        SchemaPermissionError: something is missing or old, and the role may not change it.
        DatabaseUnavailableError: the database can't be reached.
    """
    await apply_migrations(database, OWNER, runtime_migrations())


async def check_schema(database: Database) -> None:
    """Check that the runtime's tables and functions are up to date, without a change.

    Raises:
        SchemaMissingError: something is missing or old.
        DatabaseUnavailableError: the database can't be reached.
    """
    connection = await database.open_for_setup()
    try:
        missing = await _missing(connection, database.schema, OWNER, runtime_migrations())
    except Exception as error:
        if problem := await database.explain(error):
            raise problem from error
        raise
    finally:
        await connection.close(timeout=2)
    if missing:
        raise SchemaMissingError(
            f"the schema {database.schema} lacks {', '.join(migration.name for migration in missing)}: "
            "run the migrations of the application"
        )


async def apply_migrations(database: Database, owner: str, migrations: Sequence[Migration]) -> None:
    """Apply the migrations that the ledger does not have. `owner` is the name of a module.

    Raises:
        SchemaMissingError: a table of the runtime was dropped.
        SchemaPermissionError: the role may not change the schema.
        DatabaseUnavailableError: the database can't be reached.
    """
    connection = await database.open_for_setup()
    try:
        await _apply(connection, database.schema, owner, migrations)
    except asyncpg.InsufficientPrivilegeError as error:
        sentence = await _missing_permissions(connection, database.schema, error)
        if sentence is None:
            # Something else is refused, such as a table of version 0.1.
            raise
        raise SchemaPermissionError(sentence) from error
    except Exception as error:
        if is_unavailable(error):
            raise database.unavailable(error) from error
        raise
    finally:
        await connection.close(timeout=2)


async def _apply(connection: asyncpg.Connection, schema: str, owner: str, migrations: Sequence[Migration]) -> None:
    missing = await _missing(connection, schema, owner, migrations)
    if not missing:
        return
    for migration in (None, *missing):
        async with connection.transaction():
            # A lock until commit, which a transaction pooler keeps. Another process may be applying a long migration.
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{schema} migrate")
            if migration is None:
                await _create_ledger(connection, schema)
            elif await _missing(connection, schema, owner, [migration]):
                await connection.execute(f'set local search_path to "{schema}", public')
                await connection.execute(migration.sql)
                await connection.execute(INSERT, owner, migration.name)


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
        applied = {row["file"] for row in await connection.fetch(query.replace("{schema}", schema), owner)}
        lost = set[str]()
        if owner == OWNER:
            created = created_by(each for each in migrations if each.name in applied)
            rows = await connection.fetch(read_sql(ACCESS), schema, created)
            lost = {row["text"] for row in rows if row["problem"] == "missing"}
    lacks = [each for each in migrations if each.name not in applied or not lost.isdisjoint(created_by([each]))]
    if dropped := lost.intersection(created_by(each for each in lacks if not each.name.startswith(FUNCTIONS))):
        raise SchemaMissingError(
            f"the schema {schema} lacks {', '.join(sorted(dropped))}, which existed before: restore them, or drop the "
            "schema to create it again, which deletes all jobs and events"
        )
    return lacks


def script_of(schema: str) -> str:
    """What `set_up_schema` does, for applications that migrate their database themselves: one statement for each file."""
    revision = read_sql(REVISION).rstrip()
    return "\n\n".join(
        revision.format(schema=schema, owner=OWNER, file=migration.name, sql=migration.sql.rstrip())
        for migration in runtime_migrations()
    )


async def _missing_permissions(connection: asyncpg.Connection, schema: str, error: asyncpg.PostgresError) -> str | None:
    """A sentence with the SQL that gives the role what it lacks in the schema, or None if it lacks nothing."""
    text = read_sql(PERMISSIONS)
    async with connection.transaction():
        role = await connection.fetchval("select current_user")
        await connection.execute("set local search_path to pg_catalog")
        sql = "\n".join(row["statement"] for row in await connection.fetch(text, schema))
    if not sql:
        return None
    return (
        f"the role {role} may not create or change the schema {schema} ({error.args[0]}). Run this SQL as an "
        f"administrator of the database, then start again:\n\n{sql}"
    )
