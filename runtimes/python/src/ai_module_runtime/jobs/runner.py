"""One attempt at a job, in a worker: claim, work under a lease, then complete, retry or fail."""

import asyncio
import logging
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from ai_module_runtime.clock import utcnow
from ai_module_runtime.db.database import retry_while_unavailable
from ai_module_runtime.jobs.errors import JobError, PermanentError
from ai_module_runtime.jobs.models import JobRow
from ai_module_runtime.jobs.transitions import MAX_PROGRESS_BEFORE_END

if TYPE_CHECKING:
    from ai_module_runtime.jobs.service import JobService

logger = logging.getLogger(__name__)

MAX_HEARTBEAT_SECONDS = 2.0
# Opening the service is done once in a worker; the time limit of a job is for its work.
OPEN_SECONDS = 30.0


class ClaimLostError(Exception):
    """The job is not this worker's any more: cancelled, deleted, or taken over after the lease expired."""


class WorkerStoppingError(Exception):
    """The worker is told to stop before the work is done."""


async def process_job(service: "JobService", job_id: str) -> None:
    """Make one attempt at a job. Does nothing if the job has ended or another worker has it."""
    job = await service.transitions.claim(job_id)
    if job is None:
        logger.debug("job %s is not free", job_id)
        return
    attempt = Attempt(service, job)
    try:
        output = await attempt.work()
    except ClaimLostError:
        logger.info("job %s was taken away", job_id)
    except WorkerStoppingError:
        await attempt.hand_back()
    except Exception as error:
        await attempt.end_badly(error)
    else:
        await attempt.end_well(output)


class Attempt:
    """An attempt under a claim; every write it makes is guarded by the claim's token."""

    def __init__(self, service: "JobService", job: JobRow) -> None:
        self._service = service
        self._job = job
        self._token = job.claim_token or ""
        self._reported = job.progress_percent
        self._started = monotonic()

    async def work(self) -> dict[str, Any]:
        """Run the module's work, keeping the lease alive beside it.

        Raises:
            ClaimLostError: the job was cancelled or taken over.
            WorkerStoppingError: another worker must do it.
            TimeoutError: the work took longer than `timeout_seconds`.
            Exception: the work failed.
        """
        work = asyncio.ensure_future(self._run())
        heartbeat = asyncio.ensure_future(self._keep_lease())
        try:
            await asyncio.wait({work, heartbeat}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                heartbeat.result()
                raise ClaimLostError
            return work.result()
        finally:
            work.cancel()
            heartbeat.cancel()
            await asyncio.gather(work, heartbeat, return_exceptions=True)

    async def _run(self) -> dict[str, Any]:
        async with asyncio.timeout(OPEN_SECONDS):
            await self._service.open()
        async with asyncio.timeout(self._service.settings.timeout_seconds):
            return await self._service.run(self._job.input_data, self._job.options, self._report)

    async def _report(self, percent: int) -> None:
        percent = min(percent, MAX_PROGRESS_BEFORE_END)
        if not await self._service.transitions.report(self._job.id, self._token, percent):
            raise ClaimLostError
        if percent > self._reported:
            self._reported = percent
            await self._service.events.progress(self._job, percent)

    async def _keep_lease(self) -> None:
        """Return when the claim is lost."""
        lease = self._service.context.lease_seconds
        renewed = monotonic()
        while monotonic() < renewed + lease:
            await asyncio.sleep(min(lease / 3, MAX_HEARTBEAT_SECONDS))
            if self._service.context.queue.must_stop():
                raise WorkerStoppingError
            try:
                if not await self._service.transitions.renew(self._job.id, self._token):
                    return
                renewed = monotonic()
            except Exception as error:
                logger.warning("lease of job %s was not renewed (%s)", self._job.id, type(error).__name__)

    async def hand_back(self) -> None:
        """Make the job pending for another worker, or for the next start."""
        logger.info("job %s is handed back", self._job.id)
        if await self._service.transitions.release(self._job.id, self._token):
            await self._send_again(0)

    async def end_well(self, output: dict[str, Any]) -> None:
        """Store the result, then tell of it."""
        duration_ms = round((monotonic() - self._started) * 1000)
        result = self._service.spec.result_model(
            job_id=self._job.id,
            user_id=self._job.user_id,
            output_data=output,
            details={"duration_ms": duration_ms},
        )
        result_id = result.id
        transitions = self._service.transitions
        try:
            completed = await retry_while_unavailable(
                lambda: transitions.complete(self._job.id, self._token, result.model_copy(), duration_ms)
            )
        except (TypeError, ValueError) as error:
            return await self.end_badly(error)
        if completed:
            await self._service.events.completed(self._job, result_id, duration_ms)

    async def end_badly(self, error: Exception) -> None:
        """Schedule another attempt, or fail the job."""
        code = _code_of(error)
        unexpected = None if isinstance(error, (JobError, TimeoutError)) else error
        reason = error if isinstance(error, JobError) else code
        logger.warning("attempt %d at job %s: %s", self._job.attempt, self._job.id, reason, exc_info=unexpected)
        settings, transitions = self._service.settings, self._service.transitions
        if isinstance(error, PermanentError) or self._job.attempt > settings.retry_attempts:
            if await retry_while_unavailable(lambda: transitions.fail(self._job.id, self._token, code)):
                await self._service.events.failed(self._job, code)
            return
        delay = settings.retry_delay_seconds * 2 ** (self._job.attempt - 1)
        due_at = utcnow() + timedelta(seconds=delay)
        if await retry_while_unavailable(lambda: transitions.retry(self._job.id, self._token, code, due_at)):
            await self._send_again(delay)

    async def _send_again(self, delay: float) -> None:
        try:
            queue, task = self._service.context.queue, self._service.spec.process_task
            await queue.send(task, self._job.id, self._job.priority, delay)
        except Exception as error:
            # The job is pending and gets due: requeue_stale sends the message instead.
            logger.warning("job %s was not queued again (%s)", self._job.id, type(error).__name__)


def _code_of(error: Exception) -> str:
    if isinstance(error, JobError):
        return error.code
    return "timeout" if isinstance(error, TimeoutError) else "internal_error"
