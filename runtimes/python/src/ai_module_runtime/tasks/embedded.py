"""Worker and scheduler inside the host's process, for embedded mode."""

import asyncio
import logging
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

from celery import Celery

if TYPE_CHECKING:
    from ai_module_runtime.host import Host


logger = logging.getLogger(__name__)

START_SECONDS = 20
STOP_SECONDS = 10


class EmbeddedWorker:
    """A Celery worker in a daemon thread, running tasks in threads of this process."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._worker: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="embedded-worker", daemon=True)

    async def start(self) -> None:
        """Start the worker and wait until it takes tasks.

        Raises:
            RuntimeError: it did not start.
        """
        self._host.runs_worker = True
        self._host.stopping.run_on()
        self._thread.start()
        deadline = monotonic() + START_SECONDS
        while not self._ready():
            if self._error is not None or monotonic() > deadline:
                raise RuntimeError("the embedded worker did not start") from self._error
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Wait some seconds for running tasks. What is left is taken up at the next start."""
        self._host.stopping.stop_soon()
        stopping = threading.Thread(target=self._worker.stop, daemon=True)
        stopping.start()
        await asyncio.to_thread(stopping.join, STOP_SECONDS)
        if stopping.is_alive():
            logger.warning("work that cannot be interrupted was left behind")
            return
        await asyncio.to_thread(self._thread.join, STOP_SECONDS)
        await asyncio.to_thread(self._host.worker_loops.close)

    def _ready(self) -> bool:
        consumer = getattr(self._worker, "consumer", None)
        return getattr(consumer, "task_consumer", None) is not None

    def _work(self) -> None:
        try:
            celery_app = self._host.celery_app
            self._worker = celery_app.WorkController(
                app=celery_app,
                hostname="embedded@localhost",
                pool="threads",
                concurrency=self._host.settings.worker_concurrency,
                without_heartbeat=True,
                without_mingle=True,
                without_gossip=True,
            )
            self._worker.start()
        except BaseException as error:
            self._error = error
            logger.exception("the embedded worker stopped")


class EmbeddedScheduler:
    """Sends the tasks of Celery's schedule at their intervals."""

    def __init__(self, celery_app: Celery) -> None:
        self._celery_app = celery_app
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start one timer per scheduled task."""
        schedule: dict[str, dict[str, Any]] = self._celery_app.conf.beat_schedule
        self._tasks = [
            asyncio.create_task(self._send_every(entry["schedule"], entry["task"])) for entry in schedule.values()
        ]

    async def stop(self) -> None:
        """Stop the timers."""
        for timer in self._tasks:
            timer.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send_every(self, seconds: float, task_name: str) -> None:
        while True:
            try:
                await asyncio.to_thread(self._celery_app.send_task, task_name)
            except Exception as error:
                logger.warning("%s was not sent (%s)", task_name, type(error).__name__)
            await asyncio.sleep(seconds)
