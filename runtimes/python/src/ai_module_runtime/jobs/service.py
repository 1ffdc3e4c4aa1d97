"""The base of every module's service: what is done with jobs, except the work itself."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from ai_module_runtime.clock import utcnow
from ai_module_runtime.db.module_start import uptime_seconds
from ai_module_runtime.jobs import errors
from ai_module_runtime.jobs.check_input import check_input
from ai_module_runtime.jobs.events import LifecyclePublisher
from ai_module_runtime.jobs.maintenance import delete_jobs_of
from ai_module_runtime.jobs.models import JobRow, id_from_event, new_id
from ai_module_runtime.jobs.schemas import ProcessRequest, ProcessResponse, StatsResponse
from ai_module_runtime.jobs.spec import JobSpec
from ai_module_runtime.jobs.states import TERMINAL, JobStatus
from ai_module_runtime.jobs.store import JobPage, JobStore
from ai_module_runtime.jobs.transitions import Transitions
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.modules.module_config import ModuleConfig
from ai_module_runtime.users import User

ReportProgress = Callable[[int], Awaitable[None]]


class JobService(ABC):
    """Starts, cancels, lists and runs the jobs of one module. `context` is what the host gives to the module."""

    def __init__(self, context: ModuleContext, spec: JobSpec, config: ModuleConfig) -> None:
        self.context = context
        self.spec = spec
        self.settings = config
        self.store = JobStore(context.db, spec.job_model, spec.result_model)
        self.transitions = Transitions(self.store, context.lease_seconds)
        self.events = LifecyclePublisher(context.events, spec.events)
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

    async def start_processing(self, request: ProcessRequest, user_id: str, event_id: str | None = None) -> JobRow:
        """Store a job, tell of it and queue it; a second call with the same `event_id` gives the same job.

        Raises:
            InvalidInputError: the input is larger than `max_input_bytes`, or not JSON.
            TooManyJobsError: the user has too many active jobs.
            QueueUnavailableError: no worker could be told; the job ends failed.
        """
        check_input(request.input_data, request.options, self.settings.max_input_bytes)
        job = self.spec.job_model(
            id=new_id() if event_id is None else id_from_event(self.spec.name, event_id),
            user_id=user_id,
            input_data=request.input_data,
            options=request.options,
            priority=request.priority,
            requeue_at=self.transitions.requeue_at(utcnow()),
        )
        if not await self.store.insert(job, self.settings.max_pending_jobs):
            return await self.get_job(job.id)
        await self.events.started(job)
        try:
            await self.context.queue.send(self.spec.process_task, job.id, job.priority)
        except Exception as error:
            if await self.transitions.fail_unqueued(job.id):
                await self.events.failed(job, "queue_unavailable")
            raise errors.QueueUnavailableError from error
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
            raise errors.TransientError("timeout") from error
        duration_ms = round((monotonic() - started) * 1000)
        return ProcessResponse(output_data=output, metadata={"duration_ms": duration_ms})

    async def cancel(self, job: JobRow) -> None:
        """Cancel a job that has not ended.

        Raises:
            JobNotCancellableError: it has ended.
        """
        if not await self.transitions.cancel(job.id):
            raise errors.JobNotCancellableError
        await self.events.cancelled(job)

    async def erase_user(self, user_id: str) -> None:
        """Cancel the user's active jobs, then delete all their jobs and results."""
        await delete_jobs_of(self, user_id)

    async def get_job(self, job_id: str) -> JobRow:
        """The job with this id.

        Raises:
            JobNotFoundError: there is none.
        """
        job = await self.store.get(job_id)
        if job is None:
            raise errors.JobNotFoundError
        return job

    async def get_job_for(self, job_id: str, user: User) -> JobRow:
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
        return await self.store.page(user_id, skip, limit, status)

    async def get_result(self, job: JobRow) -> ProcessResponse:
        """The result of a completed job.

        Raises:
            ResultNotReadyError: the job has not ended.
            ResultUnavailableError: it ended without a result.
        """
        if job.status not in TERMINAL:
            raise errors.ResultNotReadyError
        result = await self.store.result_of(job.id)
        if result is None:
            raise errors.ResultUnavailableError
        return ProcessResponse(result_id=result.id, output_data=result.output_data, metadata=result.details)

    async def stats(self) -> StatsResponse:
        """Counts over all users, from the database: the same in every process."""
        counts, average = await self.store.counts()
        return StatsResponse(
            total_jobs=sum(counts.values()),
            **{f"{status}_jobs": counts.get(status, 0) for status in JobStatus},
            avg_duration_ms=average,
            uptime_seconds=await uptime_seconds(self.context.db, self.spec.name),
        )
