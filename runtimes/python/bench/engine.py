"""Jobs per second of the engine.

AI_TEST_DATABASE_URL=postgresql://… PYTHONPATH=src python bench/engine.py [--jobs 1000] [--concurrency 10] [--redis redis://…]

Adds jobs that do nothing, then runs them: on one event loop, on threads, and with Celery if a Redis is given. A schema
of its own is created and dropped.
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path
from subprocess import DEVNULL
from time import monotonic
from typing import Any
from uuid import uuid4

from ai_module_runtime.engine.celery import WorkMessages, create_celery_app
from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.modules import ModuleSpec, Run, registration_of
from ai_module_runtime.engine.schema import set_up_schema
from ai_module_runtime.engine.store import Event, Job, Store
from ai_module_runtime.engine.threads import WorkerThreads
from ai_module_runtime.engine.worker import Worker

SCHEMA = "ai_bench"
EVENTS = {"started": "sample.started", "completed": "sample.completed"}


async def work(_job: Job, _run: Run) -> Any:
    """Does nothing."""
    return {}


async def handle(_module: str, _event: Event) -> None:
    """Does nothing."""


class Bench:
    """Measures with one database."""

    def __init__(self, url: str, jobs: int, concurrency: int) -> None:
        self.url = url
        self.jobs = jobs
        self.concurrency = concurrency
        self.database = Database(url, schema=SCHEMA, pool_size=10)
        self.store = Store(self.database)
        self.modules = {"sample": ModuleSpec("sample", work, max_concurrent_jobs=1000, lifecycle_events=EVENTS)}

    async def set_up(self) -> None:
        """Start with an empty schema."""
        await self.drop()
        await set_up_schema(self.database)
        await self.store.register_modules(registration_of(self.modules.values()), list(self.modules))

    async def drop(self) -> None:
        """Leave nothing behind."""
        connection = await self.database.open_for_setup()
        await connection.execute(f"drop schema if exists {SCHEMA} cascade")
        await connection.close()

    async def add(self, messages: WorkMessages | None = None) -> float:
        """Add all jobs, of 20 users. Returns jobs per second."""
        started = monotonic()

        async def add(number: int) -> None:
            await self.store.add_job(str(uuid4()), "sample", f"u{number % 20}", {"n": number}, max_active=1_000_000)
            if messages is not None:
                messages.send()

        for first in range(0, self.jobs, 20):
            await asyncio.gather(*(add(number) for number in range(first, min(first + 20, self.jobs))))
        return self.jobs / (monotonic() - started)

    async def wait(self) -> float:
        """Wait until all jobs have ended. Returns jobs per second."""
        started = monotonic()
        while True:
            stats = await self.store.job_stats("sample")
            if stats.pending_jobs + stats.processing_jobs == 0:
                return self.jobs / (monotonic() - started)
            await asyncio.sleep(0.02)

    async def latency(self) -> float:
        """Milliseconds from adding a job to its end, the median of 50."""
        times = []
        for _ in range(50):
            started = monotonic()
            job = await self.store.add_job(str(uuid4()), "sample", "u", {}, max_active=1_000_000)
            while job is not None and job.status != "completed":
                job = await self.store.get_job(job.id)
            times.append(monotonic() - started)
        return sorted(times)[25] * 1000

    async def in_process(self, threads: WorkerThreads | None) -> None:
        """One process."""
        await self.set_up()
        added = await self.add()
        database = Database(self.url, schema=SCHEMA, pool_size=self.concurrency)
        worker = Worker(database, self.modules, handle, concurrency=self.concurrency, threads=threads)
        async with worker.running():
            ran = await self.wait()
            latency = await self.latency()
        await database.close()
        name = "event loop" if threads is None else "threads"
        print(f"{name:12} add {added:6.0f}/s   run {ran:6.0f}/s   latency {latency:5.1f} ms")

    async def celery(self, pool: str, broker: str) -> None:
        """A Celery worker as a process."""
        await self.set_up()
        root = Path(__file__).parents[1]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(root), str(root / "src")]),
            "TEST_URL": self.url,
            "TEST_SCHEMA": SCHEMA,
            "TEST_BROKER": broker,
        }
        command = (
            "-A",
            "tests.engine.celery_host:app",
            "worker",
            "-P",
            pool,
            "-c",
            str(self.concurrency),
            "-l",
            "ERROR",
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "celery", *command),
            env=environment,
            start_new_session=True,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        messages = WorkMessages(create_celery_app(broker))
        try:
            while not await self.store.has_workers():  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            await asyncio.sleep(2)
            started = monotonic()
            await self.add(messages)
            await self.wait()
            print(f"{pool:12} add and run {self.jobs / (monotonic() - started):6.0f}/s")
        finally:
            messages.stop()
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=10)
    parser.add_argument("--redis")
    options = parser.parse_args()
    bench = Bench(os.environ["AI_TEST_DATABASE_URL"], options.jobs, options.concurrency)
    await bench.in_process(None)
    await bench.in_process(WorkerThreads())
    if options.redis:
        for pool in ("prefork", "threads"):
            await bench.celery(pool, options.redis)
    await bench.drop()
    await bench.database.close()


if __name__ == "__main__":
    asyncio.run(main())
