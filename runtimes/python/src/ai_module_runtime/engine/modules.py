"""What the engine needs to know about a module."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from ai_module_runtime.engine.store import Event, Job

# A job whose worker disappeared is started again, but not forever: its input may be what ends the workers.
LOST_WORKERS_ALLOWED = 2


class Run(Protocol):
    """An attempt, as the work of a job sees it."""

    metadata: dict[str, Any]
    """Stored with the result, besides `duration_ms`."""

    async def progress(self, percent: int) -> None:
        """Report progress. It never falls, and 100 is for completed jobs.

        Raises:
            ClaimLostError: the job was cancelled, or another worker has it.
        """


RunJob = Callable[[Job, Run], Awaitable[Any]]
OnCompleted = Callable[[Job, Any, AsyncSession], Awaitable[None]]
HandleEvent = Callable[[str, Event], Awaitable[None]]


@dataclass(frozen=True)
class ModuleSpec:
    """The jobs and events of one module.

    `run_job` does the work of a job and returns its output, a JSON value. It is cancelled when the job is cancelled,
    takes longer than `timeout_seconds`, or the process stops.
    `prepare` is awaited before, outside the time limit of the job: to open a provider once.
    `on_completed` is called with the output in the transaction that completes a job, as part of the work: the time limit
    is that of both, and what interrupts the work interrupts it. If it raises, the attempt fails.
    `lifecycle_events` has event names by step: started, progress, completed, failed, cancelled.
    """

    name: str
    run_job: RunJob
    max_concurrent_jobs: int = 10
    timeout_seconds: float = 300
    retry_attempts: int = 3
    retry_delay_seconds: float = 5
    lifecycle_events: Mapping[str, str] = field(default_factory=dict)
    subscriptions: Sequence[str] = ()
    prepare: Callable[[], Awaitable[None]] | None = None
    on_completed: OnCompleted | None = None

    @property
    def max_attempts(self) -> int:
        """Attempts at a job, with those whose worker disappeared."""
        return self.retry_attempts + 1 + LOST_WORKERS_ALLOWED

    def delay_after(self, attempt: int) -> float:
        """Seconds until the attempt after `attempt`."""
        return self.retry_delay_seconds * 2.0 ** (attempt - 1)


def registration_of(specs: Iterable[ModuleSpec]) -> str:
    """The specs as JSON for `register_modules`."""
    return json.dumps(
        [
            {
                "name": spec.name,
                "max_concurrent_jobs": spec.max_concurrent_jobs,
                "max_attempts": spec.max_attempts,
                "lifecycle_events": dict(spec.lifecycle_events),
                "subscriptions": list(spec.subscriptions),
            }
            for spec in specs
        ]
    )
