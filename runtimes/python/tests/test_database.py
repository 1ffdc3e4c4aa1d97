"""Migrations of a module's own tables."""

import asyncio
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import JSON, DateTime, text
from sqlmodel import Field, SQLModel, select

from ai_module_runtime.clock import utcnow
from ai_module_runtime.db.migrations import (
    apply_module_migrations,
    load_old_data,
    module_migrations,
    write_revision,
)
from ai_module_runtime.testing import TestHost


class MemoNote(SQLModel, table=True):
    __tablename__ = "memo_notes"

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=80, index=True)
    body: str = ""
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    written_at: datetime = Field(sa_type=DateTime(timezone=True))
    read_at: datetime | None = None


def test_a_revision_is_numbered_runs_and_lints(host: TestHost, tmp_path: Path) -> None:
    database = host.host.database
    migrations = module_migrations("memo", tmp_path)
    first = host.call(write_revision, database, migrations, 'add "notes"')
    assert first
    assert first.name == "v0001_add_notes.py"
    for options in (["check", "--ignore", "D103"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *options, "--no-cache", "--config", "pyproject.toml", str(first)]
        done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stdout

    async def apply_at_once() -> None:
        await asyncio.gather(*(apply_module_migrations(database, migrations) for _ in range(3)))

    host.call(apply_at_once)

    async def add_note() -> MemoNote:
        async with database.session() as session:
            note = MemoNote(title="a", tags=["b"], written_at=utcnow())
            session.add(note)
        return note

    async def count_twice() -> tuple[int, int]:
        async with database.snapshot() as session:
            before = len(list(await session.exec(select(MemoNote))))
            await add_note()
            return before, len(list(await session.exec(select(MemoNote))))

    assert host.call(add_note).id == 1
    assert host.call(count_twice) == (1, 1)
    assert host.call(write_revision, database, migrations, "nothing") is None
    assert [path.name for path in migrations.versions.glob("*.py")] == [first.name]


def test_a_revision_is_about_no_tables_of_the_host_and_of_other_modules(host: TestHost, tmp_path: Path) -> None:
    async def add_neighbour() -> None:
        async with host.host.database.transaction() as connection:
            await connection.execute(text("create table if not exists sample_more_jobs (id integer primary key)"))

    host.call(add_neighbour)
    migrations = module_migrations("sample", tmp_path, ["sample", "sample_more"])
    assert host.call(write_revision, host.host.database, migrations, "nothing") is None


def test_tables_of_older_hosts_stay_where_they_are(host: TestHost, tmp_path: Path) -> None:
    async def create() -> None:
        async with host.host.database.transaction() as connection:
            await connection.execute(text("create table public.old_version (version_num varchar(32) primary key)"))
            await connection.execute(text("insert into public.old_version values ('0001')"))

    host.call(create)
    migrations = module_migrations("old", tmp_path)
    migrations.versions.mkdir()
    script = "from alembic import op\n\nrevision = {}\ndown_revision = {}\n\n\ndef upgrade() -> None:\n    op.execute({!r})\n"
    (migrations.versions / "v0001_a.py").write_text(script.format("'0001'", None, "select 1/0"))
    (migrations.versions / "v0002_b.py").write_text(
        script.format("'0002'", "'0001'", "create table old_notes (id int)")
    )
    host.call(apply_module_migrations, host.host.database, migrations)
    host.call(apply_module_migrations, host.host.database, migrations)

    async def version() -> str:
        rows = await host.host.database.query("select version_num from public.old_version")
        return str(rows[0][0])

    assert host.call(version) == "0002"


def test_loads_exported_tables_of_version_0_1_once_with_their_times_in_utc(host: TestHost, tmp_path: Path) -> None:
    database, file = host.host.database, tmp_path / "export-0.1.jsonl"
    columns = ["id", "at", "is_on", "data"]
    rows = [["7", "2026-01-02 03:04:05.678000", "1", '{"z": "\\u0000"}'], ["8", None, None, None]]
    lines = [
        {"format": 1, "state": "", "tables": ["olds_notes", "missing"]},
        {"table": "olds_notes", "columns": columns, "rows": rows},
        {"table": "missing", "columns": ["id"], "rows": [["1"]]},
    ]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    create = "create table olds_notes (id serial, at timestamptz, is_on boolean, data json)"
    read = "select id, at at time zone 'Europe/Berlin', is_on, data::text from olds_notes order by id"

    async def load() -> list[tuple[object, ...]]:
        async with database.setup_transaction() as connection:
            await connection.execute(text(create))
        for _ in range(2):
            await load_old_data(database, file)
        async with database.setup_transaction() as connection:
            await connection.execute(text("insert into olds_notes default values"))
            return [tuple(row) for row in await connection.execute(text(read))]

    at = datetime(2026, 1, 2, 4, 4, 5, 678_000)
    expected = [(7, at, True, '{"z": "\\u0000"}'), (8, None, None, None), (9, None, None, None)]
    assert host.call(load) == expected
