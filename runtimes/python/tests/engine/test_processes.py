"""Processes that are killed, and a server that is restarted."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ai_module_runtime.engine.modules import Run
from ai_module_runtime.engine.store import Job

from .server import Server
from .support import Lab, lab, until

PROGRAM = Path(__file__).parent / "hanging_worker.py"
SOURCE = str(Path(__file__).parents[2] / "src")


@asynccontextmanager
async def hanging_worker(made: Lab, lease: float) -> AsyncIterator[asyncio.subprocess.Process]:
    arguments = (str(PROGRAM), made.url, made.schema, str(lease))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, env={**os.environ, "PYTHONPATH": SOURCE})
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_another_process_runs_the_jobs_of_one_that_was_killed(url: str) -> None:
    async with lab(url) as made, hanging_worker(made, 2) as process:
        job = await made.wait_for(await made.add(), "processing")
        async with made.worker(lease_seconds=2):
            process.kill()
            job = await made.wait_for(job)
            assert (job.status, job.attempt) == ("completed", 2)
            assert await made.events_of(job) == ["started", "completed"]


async def test_another_process_handles_the_events_of_one_that_was_killed(url: str) -> None:
    async with lab(url, subscriptions=["shop.paid"]) as made, hanging_worker(made, 1) as process:
        await made.store.publish_event("00000000-0000-4000-8000-000000000001", "shop.paid", {}, "shop", "c")
        await until(lambda: made.sql("select count(*) from {s}.deliveries where claim_token is not null"))
        async with made.worker(lease_seconds=1):
            process.kill()
            await until(lambda: asyncio.sleep(0, made.handled))
            await until(lambda: made.sql("select count(*) = 0 from {s}.deliveries"))


async def test_a_job_that_ends_its_workers_fails(url: str) -> None:
    async with lab(url, retry_attempts=0) as made:
        job = await made.add()
        for _ in range(3):
            async with hanging_worker(made, 0.5) as process:
                await made.wait_for(job, "processing")
                process.kill()
                await process.wait()
            await asyncio.sleep(0.6)
            await made.store.sweep(["sample"])
        job = await made.job(job)
        assert (job.status, job.attempt, job.error_code) == ("failed", 3, "internal_error")
        assert await made.events_of(job) == ["started", "failed"]


async def test_goes_on_after_the_server_was_restarted(own_server: Server, caplog: pytest.LogCaptureFixture) -> None:
    running = asyncio.Event()

    async def work(job: Job, _run: Run) -> Any:
        running.set()
        await asyncio.sleep(1)
        return job.attempt

    async with lab(own_server.url, run_job=work) as made, made.worker() as worker:
        job = await made.add()
        waiting = await made.add(sleep=0)
        await running.wait()
        await asyncio.to_thread(own_server.stop)
        # Ends while the server is down; the result is written afterwards.
        await asyncio.sleep(1.5)
        await asyncio.to_thread(own_server.start)
        job = await made.wait_for(job)
        assert (job.status, job.attempt) == ("completed", 1)
        assert (await made.wait_for(waiting)).status == "completed"
        assert (await made.wait_for(await made.add())).status == "completed"
        assert await made.events_of(job) == ["started", "completed"]
        await until(lambda: asyncio.sleep(0, worker.degraded is None))
        assert caplog.text.count("is unavailable") == 1
