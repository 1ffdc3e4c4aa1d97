"""The events of a job's life. A publish that fails is logged and counted; it never changes the job."""

import logging
from dataclasses import dataclass
from typing import Any

from ai_module_runtime.clock import format_utc
from ai_module_runtime.events.module_events import ModuleEvents
from ai_module_runtime.jobs.models import JobRow

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LifecycleEvents:
    """Names of a module's events; an event that the manifest does not declare is None and never published."""

    started: str | None = None
    progress: str | None = None
    completed: str | None = None
    failed: str | None = None
    cancelled: str | None = None


class LifecyclePublisher:
    """Publishes the lifecycle events of one module."""

    def __init__(self, bus: ModuleEvents, events: LifecycleEvents) -> None:
        self._bus = bus
        self._events = events
        self.failures = 0

    async def started(self, job: JobRow) -> None:
        """The job is stored."""
        await self._publish(self._events.started, job, created_at=format_utc(job.created_at))

    async def progress(self, job: JobRow, percent: int) -> None:
        """The job got further."""
        await self._publish(self._events.progress, job, progress=percent)

    async def completed(self, job: JobRow, result_id: str, duration_ms: int) -> None:
        """The job has a result."""
        await self._publish(
            self._events.completed,
            job,
            result_id=result_id,
            duration_seconds=duration_ms / 1000,
        )

    async def failed(self, job: JobRow, code: str) -> None:
        """The job ended without a result."""
        await self._publish(self._events.failed, job, error_code=code, attempt=job.attempt)

    async def cancelled(self, job: JobRow) -> None:
        """The job was cancelled."""
        await self._publish(self._events.cancelled, job)

    async def _publish(self, name: str | None, job: JobRow, **data: Any) -> None:
        if name is None:
            return
        data = {"job_id": job.id, "user_id": job.user_id, **data}
        try:
            await self._bus.publish(name, data, f"job-{job.id}")
        except Exception as error:
            self.failures += 1
            logger.warning("%s of job %s was not published (%s)", name, job.id, type(error).__name__)
