"""Work that Celery workers run for a module."""

import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.settings import Settings
from ai_module_runtime.tasks.worker_loops import ServiceFactory, WorkerLoops

if TYPE_CHECKING:
    from ai_module_runtime.jobs.service import JobService

T = TypeVar("T")

MINUTE_SECONDS = 60.0
DAY_SECONDS = 24 * 3600.0


class ModuleWorker:
    """A module in a worker process."""

    def __init__(self, context: ModuleContext, create_service: ServiceFactory, loops: WorkerLoops) -> None:
        self._context = context
        self._create_service = create_service
        self._loops = loops
        # Made once here: it imports what the work needs, and an import must not eat into a job's lease.
        self.spec = create_service(context).spec
        self.slots = threading.BoundedSemaphore(self.spec.max_concurrent_jobs)

    @property
    def service(self) -> "JobService":
        """The service of the current thread. A task opens it before its work with `service.open()`."""
        return self._loops.current().service(self._context, self._create_service)

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine to its end on the event loop of the current thread."""
        return self._loops.run(function)


@dataclass(frozen=True)
class Task:
    """A task of a module, by its name without the module's: `process` is sent as `<module>.process`.

    `run` is called in a worker thread with the module in that process and the task's arguments. A task with `every`
    is also started by the clock, at intervals of so many seconds.
    """

    name: str
    create_service: ServiceFactory
    run: Callable[..., Any]
    every: float | Callable[[Settings], float] | None = None


def requeue_interval(settings: Settings) -> float:
    """Seconds between two searches for forgotten jobs: at most a minute.

    In distributed mode often enough to notice soon that a lease has expired: what a killed worker held comes back
    from Redis only after an hour. Embedded, worker and host die together, and the host searches when it starts.
    """
    if not settings.distributed:
        return MINUTE_SECONDS
    return min(MINUTE_SECONDS, max(0.5, settings.job_lease_seconds / 4))
