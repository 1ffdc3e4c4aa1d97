"""Coroutines in Celery's synchronous tasks: every worker thread keeps one event loop for all of them."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from ai_module_runtime.modules.context import ModuleContext

if TYPE_CHECKING:
    from ai_module_runtime.jobs.service import JobService

T = TypeVar("T")

ServiceFactory = Callable[[ModuleContext], "JobService"]


class WorkerLoop:
    """An event loop and the services that were initialised on it: connections cannot change loops."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self._services: dict[tuple[str, ServiceFactory], JobService] = {}

    def service(self, context: ModuleContext, create: ServiceFactory) -> "JobService":
        """The service that `create` makes for a module, made once."""
        key = (context.manifest.name, create)
        if key not in self._services:
            self._services[key] = create(context)
        return self._services[key]

    def close(self, close_connections: Callable[[], Awaitable[None]]) -> None:
        """Shut the services down and close the loop's connections. No task may be running on it."""
        self.runner.run(self._shut_down(close_connections))
        self.runner.close()

    async def _shut_down(self, close_connections: Callable[[], Awaitable[None]]) -> None:
        for service in self._services.values():
            await service.close()
        await close_connections()


class WorkerLoops:
    """The loops of the worker threads of one host in this process."""

    def __init__(self, close_connections: Callable[[], Awaitable[None]]) -> None:
        self._close_connections = close_connections
        self._local = threading.local()
        self._loops: list[WorkerLoop] = []

    def current(self) -> WorkerLoop:
        """The loop of the current thread, made on first use."""
        loop: WorkerLoop | None = getattr(self._local, "loop", None)
        if loop is None:
            loop = self._local.loop = WorkerLoop()
            self._loops.append(loop)
        return loop

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine to its end on the current thread's loop."""
        return self.current().runner.run(function())

    def close(self, **_signal_arguments: Any) -> None:
        """Close the loops of all threads of this process, after its last task."""
        while self._loops:
            self._loops.pop().close(self._close_connections)
        self._local = threading.local()
