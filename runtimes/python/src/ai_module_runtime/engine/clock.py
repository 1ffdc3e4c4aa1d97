"""What happens by time: sweeps, signs of life of a worker, and scheduled tasks. All by the clock of the database."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import uuid4

from cronsim import CronSim, CronSimError

from ai_module_runtime.engine.errors import is_unavailable
from ai_module_runtime.engine.outage import LOG_SECONDS
from ai_module_runtime.engine.store import Store

MAX_SWEEP_SECONDS = 5.0
BEAT_SECONDS = 5.0
REMOVE_SECONDS = 1.0
WATCH_SECONDS = 5.0
NO_WORKERS = "jobs wait, and no process runs jobs: start a worker"
CRON_FIELDS = 5
# The time of an expression that has none, such as 30 February.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def sweep_interval(lease_seconds: float) -> float:
    """Seconds between two sweeps: often enough to notice soon that a lease has expired."""
    return min(MAX_SWEEP_SECONDS, lease_seconds / 4)


@dataclass(frozen=True)
class ScheduledTask:
    """A task that one of all processes runs at the times of `cron`: minute, hour, day, month and weekday, in UTC.

    Instead of a cron expression it may be a number of seconds between two starts. `name` is `<module>.<task>`. A time
    that passes while no process runs is made up for once.

    Raises:
        ValueError: `cron` is not valid.
    """

    name: str
    cron: str | float
    run: Callable[[], Awaitable[object]] = field(compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.cron, str):
            if self.cron < 1:
                raise ValueError(f"{self.name} can't run more often than each second")
            return
        try:
            if len(self.cron.split()) != CRON_FIELDS:
                raise CronSimError("it must have five fields")
            CronSim(self.cron, datetime.now(UTC))
        except CronSimError as error:
            raise ValueError(f"the schedule {self.cron!r} of {self.name} is not valid: {error}") from error

    def next_after(self, moment: datetime) -> datetime:
        """The next time after `moment`."""
        if isinstance(self.cron, str):
            return next(CronSim(self.cron, moment.astimezone(UTC)), NEVER)
        return moment + timedelta(seconds=self.cron)


class Clock:
    """Runs in every process, also in those that only serve HTTP.

    Args:
        modules: names of the modules whose work it looks for. May change at any time.
        present: names of all modules of the host, also of those that it does not start. May change as well.
        worker: whether this process runs jobs, and says that it is alive.
        after_sweep: awaited after each sweep.
    """

    def __init__(
        self,
        store: Store,
        modules: Collection[str],
        *,
        present: Callable[[], Iterable[str]] | None = None,
        lease_seconds: float = 10,
        worker: bool = False,
        tasks: Sequence[ScheduledTask] = (),
        after_sweep: Callable[[], Awaitable[None]] | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self._store = store
        self._modules = modules
        self._present = present or (lambda: modules)
        self._sweep_seconds = sweep_interval(lease_seconds)
        self._worker_id = str(uuid4()) if worker else None
        self._tasks = {task.name: task for task in tasks}
        self._after_sweep = after_sweep
        self._logger = logger or logging.getLogger(__name__)
        self._entered = False
        self._is_lacking_workers = False
        self._logged_lack_at = float("-inf")
        self._loops: list[asyncio.Task[None]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin with a sign of life, if the database is available, and a sweep."""
        try:
            await self._beat()
        except Exception as error:
            if not is_unavailable(error):
                raise
        self._loops = [
            asyncio.create_task(self._every(self._sweep_seconds, self.sweep), name="sweep"),
            asyncio.create_task(self._every(WATCH_SECONDS, self.watch), name="watch"),
        ]
        if self._worker_id is not None:
            self._loops.append(asyncio.create_task(self._every(BEAT_SECONDS, self._beat), name="beat"))
        if self._tasks:
            self._loops.append(asyncio.create_task(self._every(self._sweep_seconds, self.check), name="schedules"))

    async def stop(self) -> None:
        """Stop, and cancel scheduled tasks that run."""
        running = [*self._loops, *self._running]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._loops = []
        if self._worker_id is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(REMOVE_SECONDS):
                    await self._store.remove_worker(self._worker_id)

    async def _every(self, seconds: float, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception as error:
                if not is_unavailable(error):
                    self._logger.exception("%s failed", getattr(step, "__name__", "a step of the clock"))
            await asyncio.sleep(seconds)

    async def sweep(self) -> None:
        """Take jobs back from workers that have disappeared."""
        if swept := await self._store.sweep([*self._modules]):
            self._logger.info("%d jobs were taken back from workers that have disappeared", swept)
        if self._after_sweep is not None:
            await self._after_sweep()

    async def watch(self) -> None:
        """Report jobs that wait while no worker is alive: when two checks have found it, then at most once a minute."""
        # A worker that is started again has a moment to do so.
        was_lacking = self._is_lacking_workers
        self._is_lacking_workers = await self._store.lacks_workers([*self._modules])
        if self._is_lacking_workers and was_lacking and monotonic() >= self._logged_lack_at + LOG_SECONDS:
            self._logged_lack_at = monotonic()
            self._logger.warning(NO_WORKERS)

    async def _beat(self) -> None:
        if self._worker_id is not None:
            await self._store.beat(self._worker_id, self._present())

    async def check(self) -> None:
        """Start the scheduled tasks that are due and that no other process has taken."""
        if not self._entered:
            now = await self._store.now()
            await self._store.enter_schedules(
                [(task.name, str(task.cron), task.next_after(now)) for task in self._tasks.values()]
            )
            self._entered = True
        for name, now in await self._store.due_schedules(list(self._tasks)):
            task = self._tasks[name]
            if await self._store.take_schedule(name, task.next_after(now)):
                self._start(task)

    def _start(self, task: ScheduledTask) -> None:
        async def run() -> None:
            try:
                await task.run()
            except Exception:
                self._logger.exception("the scheduled task %s failed", task.name)

        running = asyncio.create_task(run(), name=f"scheduled {task.name}")
        self._running.add(running)
        running.add_done_callback(self._running.discard)
