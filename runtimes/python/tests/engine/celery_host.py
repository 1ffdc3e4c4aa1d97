"""The application of Celery workers in tests: celery -A tests.engine.celery_host:app worker."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ai_module_runtime.engine import clock
from ai_module_runtime.engine.celery import CeleryWorker, WorkMessages, create_celery_app
from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.errors import TransientError
from ai_module_runtime.engine.modules import ModuleSpec, Run
from ai_module_runtime.engine.store import Event, Job, Store
from ai_module_runtime.engine.threads import WorkerThreads
from ai_module_runtime.engine.worker import Worker

URL, SCHEMA, BROKER = (os.environ.get(f"TEST_{name}", "") for name in ("URL", "SCHEMA", "BROKER"))
LEASE = float(os.environ.get("TEST_LEASE", "10"))
clock.MAX_SWEEP_SECONDS = float(os.environ.get("TEST_SWEEP", "5"))
RETRY = {"retry_attempts": 2, "retry_delay_seconds": 0.2}

logging.basicConfig(level="INFO")


async def work(job: Job, run: Run) -> Any:
    """Returns the process that did it."""
    if job.attempt <= job.input_data.get("kills", 0):
        os.kill(os.getpid(), signal.SIGKILL)
    if job.attempt <= job.input_data.get("fails", 0):
        raise TransientError("busy")
    await run.progress(10)
    await asyncio.sleep(3600 if job.attempt <= job.input_data.get("hangs", 0) else job.input_data.get("sleep", 0))
    return {"pid": os.getpid(), "parent": os.getppid()}


async def handle(_module: str, _event: Event) -> None:
    """Succeeds."""


app = create_celery_app(BROKER)
messages = WorkMessages(app)
modules = {"sample": ModuleSpec("sample", work, **RETRY)}  # type: ignore[arg-type]


@asynccontextmanager
async def start_worker() -> AsyncIterator[Worker]:
    database = Database(URL, schema=SCHEMA, pool_size=2)
    store = Store(database)
    worker = Worker(
        database,
        modules,
        handle,
        concurrency=0,
        delivery_slots=2,
        lease_seconds=LEASE,
        threads=WorkerThreads(),
        after_sweep=lambda: messages.send_if_jobs_wait(store, modules),
        on_retry=messages.send,
    )
    async with worker.running():
        yield worker
    await database.close()


worker = CeleryWorker(app, start_worker, messages)
