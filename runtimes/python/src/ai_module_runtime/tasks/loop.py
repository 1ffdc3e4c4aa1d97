"""Coroutines in Celery's synchronous tasks: every worker thread keeps one event loop for all of them."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from app.core.db import dispose_engine
from app.core.redis import close_redis_client

if TYPE_CHECKING:
    from app.jobs.service import JobService

T = TypeVar("T")


class WorkerLoop:
    """An event loop and the services that were initialised on it: connections cannot change loops."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self._services: dict[Callable[[], JobService], JobService] = {}

    def service(self, create: "Callable[[], JobService]") -> "JobService":
        """The service that `create` makes, made once."""
        if create not in self._services:
            self._services[create] = create()
        return self._services[create]

    def close(self) -> None:
        """Shut the services down and close the loop's connections. No task may be running on it."""
        self.runner.run(self._shut_down())
        self.runner.close()

    async def _shut_down(self) -> None:
        for service in self._services.values():
            await service.close()
        await close_redis_client()
        await dispose_engine()


_local = threading.local()
_loops: list[WorkerLoop] = []


def worker_loop() -> WorkerLoop:
    """The loop of the current thread, made on first use."""
    loop: WorkerLoop | None = getattr(_local, "loop", None)
    if loop is None:
        loop = _local.loop = WorkerLoop()
        _loops.append(loop)
    return loop


def run_async(function: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end on the current thread's loop."""
    return worker_loop().runner.run(function())


def close_worker_loops(**_signal_arguments: Any) -> None:
    """Close the loops of all threads of this process, after its last task."""
    while _loops:
        _loops.pop().close()
    _local.__dict__.clear()
