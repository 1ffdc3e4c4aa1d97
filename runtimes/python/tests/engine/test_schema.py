"""Setup: the ledger, several processes at once, roles that may not create."""

import asyncio
import re
from typing import Any

import pytest

from ai_module_runtime.engine import schema
from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.errors import SchemaPermissionError
from ai_module_runtime.engine.schema import apply_migrations, set_up_schema
from ai_module_runtime.engine.sql_files import Migration, runtime_migrations
from ai_module_runtime.engine.store import Store

from .support import Lab, drop_schema, lab

LEDGER = "select string_agg(owner || ' ' || file, ', ' order by applied_at, file) from {s}.applied_migrations"


async def test_applies_each_file_once_if_processes_start_together(url: str) -> None:
    made = Lab(url, ())
    databases = [made.connect() for _ in range(5)]
    try:
        await asyncio.gather(*(set_up_schema(database) for database in databases))
        ledger = await made.sql(LEDGER)
        files = r"runtime 0001_tables\.sql, runtime 0002_indexes\.sql, runtime 0003_operations\.sql, runtime functions\.sql@[0-9a-f]{12}"
        assert re.fullmatch(files, ledger)
        assert not await Store(made.database).has_workers()
    finally:
        await drop_schema(made.database)
        for database in [*databases, made.database]:
            await database.close()


async def test_updates_the_tables_of_an_earlier_version(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Lab(url, ())
    tables, *_ = runtime_migrations()
    try:
        with monkeypatch.context() as earlier:
            earlier.setattr(schema, "runtime_migrations", lambda: (tables,))
            await set_up_schema(made.database)
        await made.execute("insert into {s}.modules values ('sample', 1, 1, '{}')")
        await set_up_schema(made.database)
        assert re.match(
            r"runtime 0001_tables\.sql, runtime 0002_indexes\.sql, runtime 0003_operations\.sql, runtime functions",
            await made.sql(LEDGER),
        )
        assert await made.sql("select seen_at <= now() from {s}.modules")
        assert await made.store.sweep(["sample"]) == 0
    finally:
        await drop_schema(made.database)
        await made.database.close()


async def test_applies_functions_again_when_they_change(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with lab(url) as made:
        first = await made.sql(LEDGER)
        await set_up_schema(made.database)
        assert await made.sql(LEDGER) == first
        changed = Migration("functions.sql@000000000000", "create or replace function answer() returns int return 42;")
        monkeypatch.setattr(schema, "runtime_migrations", lambda: (changed,))
        await set_up_schema(made.database)
        assert await made.sql("select {s}.answer()") == 42
        assert await made.sql(LEDGER) == f"{first}, runtime {changed.name}"


async def test_applies_the_migrations_of_a_module(url: str) -> None:
    async with lab(url) as made:
        files = [
            Migration("1.sql", "create table notes (id int);"),
            Migration("2.sql", "insert into notes values (1);"),
        ]
        await apply_migrations(made.database, "sample", files[:1])
        await apply_migrations(made.database, "sample", files)
        await apply_migrations(made.database, "sample", files)
        assert await made.sql("select count(*) from {s}.notes") == 1


async def test_leaves_nothing_of_a_migration_that_fails(url: str) -> None:
    async with lab(url) as made:
        before = await made.sql(LEDGER)
        bad = Migration("1.sql", "create table notes (id int); select 1 / 0;")
        with pytest.raises(Exception, match="division by zero"):
            await apply_migrations(made.database, "sample", [bad])
        assert await made.sql(LEDGER) == before
        assert await made.sql("select to_regclass('{s}.notes')") is None


async def as_role(made: Lab, role: str) -> Database:
    await made.execute(f"create role {role} login")
    address = re.sub(r"://[^@/]*@", f"://{role}@", made.url)
    return Database(address, schema=made.schema)


def sql_of(error: Any) -> str:
    return str(error).partition("\n\n")[2]


@pytest.mark.parametrize("existing", [False, True])
async def test_gives_the_administrator_sql(url: str, existing: bool) -> None:
    made = Lab(url, ())
    role = f"role_{made.schema}"
    try:
        if existing:
            # What is there belongs to another role, and is old.
            await set_up_schema(made.database)
            await made.execute("delete from {s}.applied_migrations where file like 'functions%'")
        database = await as_role(made, role)
        with pytest.raises(SchemaPermissionError, match=role) as refused:
            await set_up_schema(database)
        sentence = rf"the role {role} may not create or change the schema {made.schema} \(.+\)\. Run this SQL as an administrator of the database, then start again:"
        assert re.fullmatch(sentence, str(refused.value).partition("\n\n")[0])
        # Only what is missing.
        assert ("create schema" in str(refused.value)) == (not existing)
        assert ("owner to" in str(refused.value)) == existing
        administrator = await made.database.open_for_setup()
        await administrator.execute(sql_of(refused.value))
        await administrator.close()
        await set_up_schema(database)
        store = Store(database)
        await store.register_modules("[]", [])
        assert not await store.has_workers()
        await database.close()
    finally:
        await drop_schema(made.database)
        await made.execute(f"drop role if exists {role}")
        await made.database.close()


async def test_needs_no_permission_if_everything_is_up_to_date(url: str) -> None:
    async with lab(url) as made:
        role = f"role_{made.schema}"
        database = await as_role(made, role)
        await made.execute("grant usage on schema {s} to " + role)
        await made.execute("grant select on all tables in schema {s} to " + role)
        await set_up_schema(database)
        await database.close()
        await made.execute("drop owned by " + role)
        await made.execute(f"drop role {role}")


@pytest.mark.parametrize(
    ("url", "connected"),
    [
        ("postgres://u:p@h/d?sslmode=require&channel_binding=require", "postgresql://u:p@h/d?sslmode=require"),
        ("postgresql+asyncpg://u@h/d?ssl=disable", "postgresql://u@h/d?sslmode=disable"),
        ("postgresql://u@/d?host=/tmp/x&pgbouncer=true", "postgresql://u@/d?host=%2Ftmp%2Fx"),
    ],
)
def test_reads_the_urls_of_other_tools(url: str, connected: str) -> None:
    assert Database(url)._url == connected


@pytest.mark.parametrize(("url", "name"), [("mysql://x", "ai"), ("x", "ai"), ("postgresql://x", 'a"b')])
def test_refuses_other_databases_and_odd_names(url: str, name: str) -> None:
    with pytest.raises(ValueError, match="must"):
        Database(url, schema=name)
