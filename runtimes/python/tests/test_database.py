"""What the host adds to the database driver."""

import asyncio
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import JSON, text
from sqlmodel import Field, SQLModel

from ai_module_runtime.clock import utcnow
from ai_module_runtime.db.database import UTCDateTime
from ai_module_runtime.db.migrations import apply_migrations, module_migrations, write_revision
from ai_module_runtime.db.module_start import record_start, uptime_seconds
from ai_module_runtime.jobs.schemas import ProcessRequest
from ai_module_runtime.testing import TestHost

from .conftest import SampleJob, SampleService


def test_a_snapshot_sees_nothing_of_what_comes_after(host: TestHost, service: SampleService, user_id: str) -> None:
    async def count_twice() -> tuple[int, int]:
        async with host.host.database.snapshot() as session:
            before = await session.get(SampleJob, "nothing")
            job = await service.start_processing(ProcessRequest(input_data={"x": 1}), user_id)
            after = await session.get(SampleJob, job.id)
        return before is not None, after is not None

    assert host.call(count_twice) == (False, False)
    assert host.call(service.list_jobs, user_id, 0, 20, None).total == 1


def test_a_revision_is_about_no_tables_of_the_host_and_of_other_modules(
    host: TestHost, service: SampleService, tmp_path: Path
) -> None:
    async def add_neighbour() -> None:
        async with host.host.database.engine().begin() as connection:
            await connection.execute(text("create table if not exists sample_more_jobs (id integer primary key)"))

    host.call(add_neighbour)
    (tmp_path / "migrations").mkdir()
    host.call(
        write_revision,
        host.host.database,
        module_migrations(service.spec.name, tmp_path, ["sample", "sample_more"]),
        "nothing",
    )
    (revision,) = (tmp_path / "migrations").glob("*.py")
    assert "op." not in revision.read_text()


def test_hosts_that_start_at_once_all_note_it(host: TestHost, user_id: str) -> None:
    async def start_many() -> float:
        await asyncio.gather(*(record_start(host.host.database, user_id) for _ in range(8)))
        return await uptime_seconds(host.host.database, user_id)

    assert 0 <= host.call(start_many) < 60


def test_a_lock_is_held_until_the_transaction_ends(host: TestHost) -> None:
    order: list[str] = []

    async def hold(name: str, entered: asyncio.Event) -> None:
        async with host.host.database.engine().begin() as connection:
            await host.host.database.lock_until_commit(connection, "test")
            order.append(f"{name} in")
            entered.set()
            await asyncio.sleep(0.05)
            order.append(f"{name} out")

    async def race() -> None:
        entered = asyncio.Event()
        first = asyncio.create_task(hold("first", entered))
        await entered.wait()
        await asyncio.gather(first, hold("second", entered))

    host.call(race)
    assert order == ["first in", "first out", "second in", "second out"]


class MemoNote(SQLModel, table=True):
    __tablename__ = "memo_notes"

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=80, index=True)
    body: str = ""
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    written_at: datetime = Field(sa_type=UTCDateTime)


def test_a_revision_is_numbered_runs_and_lints(host: TestHost, tmp_path: Path) -> None:
    migrations = module_migrations("memo", tmp_path)
    migrations.versions.mkdir()
    first = host.call(write_revision, host.host.database, migrations, 'add "notes"')
    assert first.name == "v0001_add_notes.py"
    for options in (["check", "--ignore", "D103"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *options, "--no-cache", "--config", "pyproject.toml", str(first)]
        done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stdout
    host.call(apply_migrations, host.host.database, migrations)

    async def add_note() -> MemoNote:
        async with host.host.database.session() as session:
            note = MemoNote(title="a", tags=["b"], written_at=utcnow())
            session.add(note)
        return note

    assert host.call(add_note).id == 1
    second = host.call(write_revision, host.host.database, migrations, "nothing")
    assert second.name == "v0002_nothing.py"
    assert "op." not in second.read_text()
