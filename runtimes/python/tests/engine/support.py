"""What the tests of the engine share."""

import asyncio
import itertools
import logging
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from uuid import uuid4

from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.errors import DatabaseUnavailableError, PermanentError, TransientError
from ai_module_runtime.engine.modules import ModuleSpec, Run, registration_of
from ai_module_runtime.engine.schema import set_up_schema
from ai_module_runtime.engine.store import Event, Job, Store
from ai_module_runtime.engine.worker import Worker

ALL_EVENTS = {step: f"sample.{step}" for step in ("started", "progress", "completed", "failed", "cancelled")}
# How long to wait for something that happens at once on a machine with nothing else to do.
PATIENCE_SECONDS = 60.0
_numbers = itertools.count(1)


async def sample_work(job: Job, run: Run) -> Any:
    """Does what the input says."""
    work = job.input_data
    for percent in work.get("progress", []):
        await run.progress(percent)
    await asyncio.sleep(work.get("sleep", 0))
    if job.attempt <= work.get("fails", 99):
        match work.get("fail"):
            case "transient":
                raise TransientError("sample_busy", "planted-secret")
            case "permanent":
                raise PermanentError("sample_refused", "planted-secret")
            case "bug":
                raise ZeroDivisionError("planted-secret")
    return {"echo": work}


class Lab:
    """A schema of its own, one or more modules, and workers."""

    def __init__(self, url: str, specs: tuple[ModuleSpec, ...]) -> None:
        self.url = url
        self.schema = f"t{os.getpid()}_{next(_numbers)}"
        self.database = self.connect()
        self.store = Store(self.database)
        self.specs = {spec.name: spec for spec in specs}
        self.handled: list[tuple[str, Event]] = []

    def connect(self, **options: Any) -> Database:
        return Database(self.url, schema=self.schema, **options)

    async def handle(self, module: str, event: Event) -> None:
        self.handled.append((module, event))

    @asynccontextmanager
    async def worker(self, **options: Any) -> AsyncIterator[Worker]:
        database = self.connect(pool_size=10)
        handle = options.pop("handle_event", self.handle)
        worker = Worker(database, options.pop("modules", self.specs), handle, **options)
        await worker.start()
        try:
            yield worker
        finally:
            await worker.stop(grace_seconds=options.get("grace_seconds", 0))
            await database.close()

    async def add(self, module: str = "sample", user: str = "user", priority: int = 5, **work: Any) -> Job:
        job = await self.store.add_job(str(uuid4()), module, user, work, priority=priority, max_active=1000)
        assert job is not None
        return job

    async def job(self, job: Job) -> Job:
        found = await self.store.get_job(job.id)
        assert found is not None
        return found

    async def wait_for(self, job: Job, *statuses: str) -> Job:
        """The job, once it has one of the statuses; by default an end."""
        wanted = statuses or ("completed", "failed", "cancelled")

        async def reached() -> Job | None:
            try:
                now = await self.job(job)
            except DatabaseUnavailableError:
                return None
            return now if now.status in wanted else None

        found: Job = await until(reached, f"a job that is {' or '.join(wanted)}")
        return found

    async def sql(self, statement: str, *parameters: Any) -> Any:
        rows = await self.database.query(statement.replace("{s}", self.schema), *parameters)
        return rows[0][0] if rows else None

    async def execute(self, statement: str) -> None:
        async with self.database.transaction() as connection:
            await connection.exec_driver_sql(statement.replace("{s}", self.schema))

    async def events_of(self, job: Job) -> list[str]:
        """The steps in the life of a job, in order."""
        rows = await self.database.query(
            f"select name from {self.schema}.events where correlation_id = $1 order by position",  # noqa: S608
            f"job-{job.id}",
        )
        return [row[0].partition(".")[2] for row in rows]


async def until(check: Callable[[], Awaitable[Any]], what: str = "it") -> Any:
    """The first truthy answer of `check`."""
    end = monotonic() + PATIENCE_SECONDS
    while True:
        if answer := await check():
            return answer
        assert monotonic() < end, f"waited in vain for {what}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def lab(url: str, *specs: ModuleSpec, **options: Any) -> AsyncIterator[Lab]:
    """A lab with the given modules, by default `sample`."""
    defaults: dict[str, Any] = {
        "retry_attempts": 2,
        "retry_delay_seconds": 0.1,
        "timeout_seconds": 600,
        "lifecycle_events": ALL_EVENTS,
    }
    made = Lab(url, specs or (ModuleSpec("sample", options.pop("run_job", sample_work), **{**defaults, **options}),))
    try:
        await set_up_schema(made.database)
        await made.store.register_modules(registration_of(made.specs.values()), list(made.specs))
        yield made
    finally:
        await drop_schema(made.database)
        await made.database.close()


async def drop_schema(database: Database) -> None:
    connection = await database.open_for_setup()
    await connection.execute(f'drop schema if exists "{database.schema}" cascade')
    await connection.close()


def most_common(values: list[str]) -> int:
    return Counter(values).most_common(1)[0][1] if values else 0


logging.getLogger("ai_module_runtime.engine").setLevel("DEBUG")
