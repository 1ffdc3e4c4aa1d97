"""The base of every module's service: what is done with jobs, except the work itself."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from time import monotonic
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from ai_module_runtime.engine.errors import TransientError
from ai_module_runtime.engine.store import Job, JobPage
from ai_module_runtime.jobs import errors
from ai_module_runtime.jobs.check_input import check_input
from ai_module_runtime.jobs.schemas import ProcessRequest, ProcessResponse, StatsResponse
from ai_module_runtime.jobs.spec import JobSpec
from ai_module_runtime.jobs.states import TERMINAL, JobStatus
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.modules.module_config import ModuleConfig
from ai_module_runtime.users import User

JobRow = Job
"""A job, as modules import it."""

ReportProgress = Callable[[int], Awaitable[None]]
"""Stores the progress of a job, in percent."""


def id_from_event(module: str, event_id: str) -> str:
    """The id of the job that an event starts in a module: a second delivery gives the same job."""
    return str(uuid5(NAMESPACE_OID, f"{module}:{event_id}"))


class JobService(ABC):
    """Starts, cancels, lists and runs the jobs of one module. `context` is what the host gives to the module."""

    def __init__(self, context: ModuleContext, spec: JobSpec, config: ModuleConfig) -> None:
        self.context = context
        self.spec = spec
        self.settings = config
        self.store = context.store
        self._ready = False

    @abstractmethod
    async def initialize(self) -> None:
        """Open what the work needs. Called once in every process or thread that works for the module."""

    @abstractmethod
    async def shutdown(self) -> None:
        """Close it again, also after an `initialize` that failed half-way."""

    async def open(self) -> None:
        """Initialise the service unless it is; after a failure everything is closed again."""
        if self._ready:
            return
        try:
            await self.initialize()
        except BaseException:
            await self.shutdown()
            raise
        self._ready = True

    async def close(self) -> None:
        """Shut the service down unless it is."""
        if self._ready:
            self._ready = False
            await self.shutdown()

    @abstractmethod
    async def check_provider(self) -> bool:
        """Whether the work could be done now; may raise."""

    @abstractmethod
    async def run(
        self,
        input_data: dict[str, Any],
        options: dict[str, Any],
        report_progress: ReportProgress,
    ) -> dict[str, Any]:
        """Do the work and return its output, a JSON object.

        Raises:
            TransientError: worth another try.
            PermanentError: another try would fail as well.
        """

    async def start_processing(self, request: ProcessRequest, user_id: str, event_id: str | None = None) -> Job:
        """Store a job, which a worker starts; a second call with the same `event_id` gives the same job.

        Raises:
            InvalidInputError: the input is larger than `max_input_bytes`, or not JSON.
            TooManyJobsError: the user has too many active jobs.
            DatabaseUnavailableError: it can't be stored.
        """
        check_input(request.input_data, request.options, self.settings.max_input_bytes)
        job = await self.store.add_job(
            str(uuid4()) if event_id is None else id_from_event(self.spec.name, event_id),
            self.spec.name,
            user_id,
            request.input_data,
            request.options,
            priority=request.priority,
            max_active=self.settings.max_pending_jobs,
        )
        if job is None:
            raise errors.TooManyJobsError
        self.context.wake_workers()
        return job

    async def process_now(
        self,
        input_data: dict[str, Any],
        options: dict[str, Any] | None = None,
    ) -> ProcessResponse:
        """Do the work at once, without a job, within `timeout_seconds`.

        Raises:
            InvalidInputError: the input is larger than `max_input_bytes`, or not JSON.
            JobError: it failed, or took longer (code `timeout`).
        """

        async def ignore(_percent: int) -> None:
            """There is no job whose progress could be stored."""

        check_input(input_data, options or {}, self.settings.max_input_bytes)
        started = monotonic()
        try:
            async with asyncio.timeout(self.settings.timeout_seconds):
                output = await self.run(input_data, options or {}, ignore)
        except TimeoutError as error:
            raise TransientError("timeout") from error
        duration_ms = round((monotonic() - started) * 1000)
        return ProcessResponse(output_data=output, metadata={"duration_ms": duration_ms})

    async def cancel(self, job: Job) -> None:
        """Cancel a job that has not ended.

        Raises:
            JobNotCancellableError: it has ended.
        """
        if await self.store.cancel_job(job.id) is None:
            raise errors.JobNotCancellableError

    async def erase_user(self, user_id: str) -> None:
        """Cancel the user's active jobs, then delete all their jobs and results."""
        await self.store.erase_user_jobs(self.spec.name, user_id)

    async def delete_old_jobs(self) -> int:
        """Delete jobs that ended more than `retention_days` ago, with their results. Returns their number."""
        deleted = 0
        while some := await self.store.delete_old_jobs(self.spec.name, self.settings.retention_days):
            deleted += some
        return deleted

    async def get_job(self, job_id: str) -> Job:
        """The job with this id.

        Raises:
            JobNotFoundError: the module has none.
        """
        job = await self.store.get_job(job_id)
        if job is None or job.module != self.spec.name:
            raise errors.JobNotFoundError
        return job

    async def get_job_for(self, job_id: str, user: User) -> Job:
        """The job with this id, if `user` owns it or is an admin.

        Raises:
            JobNotFoundError: there is none.
            NotOwnerError: it is another user's.
        """
        job = await self.get_job(job_id)
        if job.user_id != user.id and not user.is_admin:
            raise errors.NotOwnerError
        return job

    async def list_jobs(
        self,
        user_id: str,
        skip: int,
        limit: int,
        status: JobStatus | None,
    ) -> JobPage:
        """A page of the user's jobs, newest first."""
        return await self.store.list_jobs(self.spec.name, user_id, status, skip, limit)

    async def get_result(self, job: Job) -> ProcessResponse:
        """The result of a completed job.

        Raises:
            ResultNotReadyError: the job has not ended.
            ResultUnavailableError: it ended without a result.
        """
        if job.status not in TERMINAL:
            raise errors.ResultNotReadyError
        result = await self.store.get_result(job.id)
        if result is None:
            raise errors.ResultUnavailableError
        return ProcessResponse(result_id=result.id, output_data=result.output_data, metadata=result.metadata)

    async def stats(self) -> StatsResponse:
        """Counts over all users, from the database: the same in every process."""
        stats = await self.store.job_stats(self.spec.name)
        uptime = await self.store.uptime_seconds(self.spec.name)
        return StatsResponse(**asdict(stats), uptime_seconds=uptime)
