"""Celery workers with a real Redis, as processes."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import sleep
from uuid import uuid4

import pytest

from ai_module_runtime.engine.celery import WorkMessages, create_celery_app
from ai_module_runtime.engine.store import Job

from .celery_host import RETRY
from .support import Lab, lab, until

ROOT = Path(__file__).parents[2]
POOLS = ["prefork", "threads"]


class Redis:
    """A Redis server without persistence."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = found.getsockname()[1]
        self.folder = tempfile.mkdtemp(prefix="airedis")
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            sleep(0.05)
        raise TimeoutError("Redis did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def flush(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            assert connection.recv(10).startswith(b"+OK")


@pytest.fixture
def redis() -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed")
        pytest.skip("redis-server is not installed")
    server = Redis()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(server.folder)


def text_of(file: str) -> str:
    return Path(file).read_text()


@asynccontextmanager
async def celery(
    made: Lab, redis: Redis, pool: str, *, lease: float = 10, sweep: float = 5
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker with two places. `sweep` is the longest time between two sweeps, in seconds."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
        "TEST_URL": made.url,
        "TEST_SCHEMA": made.schema,
        "TEST_BROKER": redis.url,
        "TEST_LEASE": str(lease),
        "TEST_SWEEP": str(sweep),
    }
    command = [
        "-m",
        "celery",
        "-A",
        "tests.engine.celery_host:app",
        "worker",
        "-P",
        pool,
        "-c",
        "2",
        "-n",
        f"{uuid4()}@h",
    ]
    with tempfile.NamedTemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *command, "--without-mingle", "--without-gossip", "-l", "INFO"),
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:

            async def is_ready() -> bool:
                return " ready." in text_of(log.name)

            await until(is_ready, "a Celery worker")
            yield process
        except BaseException:
            print(text_of(log.name))
            raise
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


@asynccontextmanager
async def sender(redis: Redis) -> AsyncIterator[WorkMessages]:
    messages = WorkMessages(create_celery_app(redis.url))
    yield messages
    messages.stop()


async def output_of(made: Lab, job: Job) -> dict[str, int]:
    result = await made.store.get_result(job.id)
    assert result is not None
    output: dict[str, int] = result.output_data
    return output


@pytest.mark.parametrize("pool", POOLS)
async def test_runs_jobs_and_events(url: str, redis: Redis, pool: str) -> None:
    async with (
        lab(url, subscriptions=["sample.completed"], **RETRY) as made,
        celery(made, redis, pool),
        sender(redis) as messages,
    ):
        jobs = []
        for number in range(20):
            jobs.append(await made.add(sleep=0.3, fails=number % 3))
            messages.send()
        pids = set()
        for job in jobs:
            job = await made.wait_for(job, "completed")
            pids.add((await output_of(made, job))["pid"])
            assert await made.events_of(job) == ["started", "completed"]
        assert len(pids) == (2 if pool == "prefork" else 1)
        await until(lambda: made.sql("select count(*) = 0 from {s}.deliveries"))
        assert messages.degraded is None


@pytest.mark.parametrize("pool", POOLS)
async def test_a_message_starts_a_job(url: str, redis: Redis, pool: str) -> None:
    async with (
        lab(url, **RETRY) as made,
        celery(made, redis, pool, lease=14_400, sweep=3600),
        sender(redis) as messages,
    ):
        for number in range(6):
            job = await made.add(fails=number % 2)
            messages.send()
            # After the start there is no sweep that would find it.
            await made.wait_for(job, "completed")


@pytest.mark.parametrize("pool", POOLS)
async def test_cancels_a_job_that_runs(url: str, redis: Redis, pool: str) -> None:
    async with lab(url, max_concurrent_jobs=1) as made, celery(made, redis, pool), sender(redis) as messages:
        job, other = await made.add(sleep=3600), await made.add()
        messages.send()
        await made.wait_for(job, "processing")
        await made.store.cancel_job(job.id)
        await made.wait_for(other, "completed")


@pytest.mark.parametrize("pool", POOLS)
async def test_hands_jobs_back_when_it_stops(url: str, redis: Redis, pool: str) -> None:
    async with lab(url) as made, celery(made, redis, pool) as process, sender(redis) as messages:
        job = await made.add(sleep=3600)
        messages.send()
        await made.wait_for(job, "processing")
        process.send_signal(signal.SIGTERM)
        await made.wait_for(job, "pending")
        await process.wait()


async def test_a_job_that_kills_its_process_is_run_by_another(url: str, redis: Redis) -> None:
    async with lab(url) as made, celery(made, redis, "prefork", lease=1), sender(redis) as messages:
        job = await made.add(kills=1)
        messages.send()
        job = await made.wait_for(job)
        assert (job.status, job.attempt) == ("completed", 2)
        assert await made.events_of(job) == ["started", "completed"]


async def test_another_worker_runs_the_jobs_of_one_that_was_killed(url: str, redis: Redis) -> None:
    async with (
        lab(url) as made,
        celery(made, redis, "threads", lease=2) as first,
        sender(redis) as messages,
    ):
        job = await made.add(hangs=1)
        messages.send()
        await made.wait_for(job, "processing")
        async with celery(made, redis, "prefork", lease=2):
            os.killpg(first.pid, signal.SIGKILL)
            job = await made.wait_for(job)
            assert (job.status, job.attempt) == ("completed", 2)
            assert await made.events_of(job) == ["started", "completed"]


async def test_jobs_wait_while_the_broker_is_unavailable(url: str, redis: Redis) -> None:
    async with lab(url) as made, celery(made, redis, "prefork", lease=2), sender(redis) as messages:
        first = await made.add()
        messages.send()
        await made.wait_for(first, "completed")
        # The task looks for more jobs before it ends.
        await asyncio.sleep(1)
        await asyncio.to_thread(redis.stop)
        job = await made.add()
        messages.send()
        await until(lambda: asyncio.sleep(0, messages.degraded))
        assert (await made.job(job)).status == "pending"
        await asyncio.to_thread(redis.start)
        await made.wait_for(job, "completed")
        await until(lambda: asyncio.sleep(0, messages.degraded is None))


async def test_messages_that_are_lost_are_sent_again(url: str, redis: Redis) -> None:
    async with lab(url) as made:
        jobs = [await made.add() for _ in range(5)]
        async with sender(redis) as messages:
            for _ in jobs:
                messages.send()
            await asyncio.sleep(0.5)
        redis.flush()
        async with celery(made, redis, "threads", lease=2):
            for job in jobs:
                await made.wait_for(job, "completed")
            redis.flush()
            job = await made.add()
            await made.wait_for(job, "completed")
