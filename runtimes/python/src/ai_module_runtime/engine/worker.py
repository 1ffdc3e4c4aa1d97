"""Everything that a process needs to run jobs, put together."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from ai_module_runtime.engine.clock import Clock, ScheduledTask
from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.executor import GRACE_SECONDS, Executor
from ai_module_runtime.engine.listener import Listener
from ai_module_runtime.engine.metrics import Metrics
from ai_module_runtime.engine.modules import HandleEvent, ModuleSpec
from ai_module_runtime.engine.outage import retry_at_start
from ai_module_runtime.engine.store import Store
from ai_module_runtime.engine.threads import WorkerThreads

# How often to look for work that messages tell of, and without messages.
LISTENING_POLL_SECONDS = 5.0
POLL_SECONDS = 1.0


class Worker:
    """An executor, its listener and its clock. Start it after the modules are registered.

    Args:
        modules: what this process runs, by name. May change at any time.
        present: see `Clock`.
        handle_event: calls the handlers of a module, on this event loop.
        concurrency: jobs at the same time, over all modules.
        runs_jobs: whether this process runs jobs, and says that it is alive. If not, it only delivers events.
        threads: where to run jobs; by default on this event loop, which work that blocks would stop.
        sole: whether no other process can be running jobs: what an earlier process left is taken up at once.
        tasks, after_sweep: see `Clock`.
        on_retry, metrics: see `Executor`.
    """

    def __init__(
        self,
        database: Database,
        modules: Mapping[str, ModuleSpec],
        handle_event: HandleEvent,
        *,
        present: Callable[[], Iterable[str]] | None = None,
        concurrency: int = 4,
        delivery_slots: int = 10,
        lease_seconds: float = 10,
        runs_jobs: bool = True,
        threads: WorkerThreads | None = None,
        sole: bool = False,
        tasks: Sequence[ScheduledTask] = (),
        after_sweep: Callable[[], Awaitable[None]] | None = None,
        on_retry: Callable[[float], None] = lambda _delay: None,
        metrics: Metrics | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        logger = logger or logging.getLogger("ai_module_runtime.engine")
        self.store = Store(database)
        self._outage = database.outage
        self._threads = threads
        self._sole = sole
        self.executor = Executor(
            self.store,
            modules,
            handle_event,
            concurrency=concurrency if runs_jobs else 0,
            delivery_slots=delivery_slots,
            lease_seconds=lease_seconds,
            poll_seconds=LISTENING_POLL_SECONDS if database.can_listen else POLL_SECONDS,
            threads=threads,
            on_retry=on_retry,
            metrics=metrics,
            logger=logger,
        )
        self.clock = Clock(
            self.store,
            modules,
            present=present,
            lease_seconds=lease_seconds,
            worker=runs_jobs,
            tasks=tasks,
            after_sweep=after_sweep,
            logger=logger,
        )
        self.listener = (
            Listener(database, self.executor.receive, self.executor.look_for_everything)
            if database.can_listen
            else None
        )

    @property
    def degraded(self) -> str | None:
        """Why jobs start later than usual, or None."""
        return "no notifications: polling" if self.listener is None or not self.listener.connected else None

    async def start(self) -> None:
        """Begin to run jobs. The database may be unavailable."""
        if self._sole:
            await retry_at_start(self.store.expire_claims, self._outage)
        if self.listener is not None:
            self.listener.start()
        await self.clock.start()
        self.executor.start()

    @asynccontextmanager
    async def running(self) -> "AsyncIterator[Worker]":
        """Start, and stop at the end of the block."""
        try:
            await self.start()
            yield self
        finally:
            await self.stop()

    async def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Wait some seconds for jobs that run, give the rest to other workers, and end."""
        await self.executor.stop(grace_seconds)
        if self.listener is not None:
            await self.listener.stop()
        await self.clock.stop()
        if self._threads is not None:
            await self._threads.stop()
