"""One attempt at a job, or at the delivery of an event, under a claim."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import replace
from time import monotonic
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy.exc import DBAPIError

from ai_module_runtime.engine.errors import (
    ClaimLostError,
    JobError,
    PermanentError,
    code_of,
    is_unavailable,
)
from ai_module_runtime.engine.hooks import calling_hook
from ai_module_runtime.engine.metrics import Metrics, labels_of
from ai_module_runtime.engine.modules import HandleEvent, ModuleSpec, OnCompleted
from ai_module_runtime.engine.outage import persist
from ai_module_runtime.engine.store import Claim, Delivery, Store, to_json
from ai_module_runtime.engine.threads import WorkerThreads
from ai_module_runtime.logs import Line, log_fields
from ai_module_runtime.traces import span

# Opening a provider happens once in a thread; the time limit of a job is for its work.
PREPARE_SECONDS = 30.0
# Work that was cancelled may clean up for so long before its job changes its state.
CANCEL_SECONDS = 5.0
MAX_PROGRESS_BEFORE_END = 99
# A handler that hangs would keep a place for ever.
HANDLER_SECONDS = 10.0
DELIVERY_ATTEMPTS = 8
FIRST_DELIVERY_DELAY_SECONDS = 0.5


class WorkerStoppingError(Exception):
    """The process stops before the work is done."""


class Attempt(ABC):
    """Work under a claim. Whatever interrupts the work, its place is taken until it has really ended."""

    def __init__(self, store: Store, token: str, threads: WorkerThreads | None, logger: logging.Logger) -> None:
        self.token = token
        self.ending = False
        """Whether the work has ended or was interrupted: what is left is to write the outcome."""
        self.settled = False
        """Whether nothing is left to write: the lease is not needed any more."""
        self._store = store
        self._threads = threads
        self._logger = logger
        self._loop = asyncio.get_running_loop()
        self._interrupted: asyncio.Future[BaseException] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None

    def lose(self) -> None:
        """Another worker has the claim, or the job was cancelled: nothing more is written."""
        self._interrupt(ClaimLostError())

    def hand_back(self) -> None:
        """The process stops: another worker must do the work."""
        if not self.ending:
            self._interrupt(WorkerStoppingError())

    def _interrupt(self, reason: BaseException) -> None:
        if not self._interrupted.done():
            self._interrupted.set_result(reason)

    def _limit(self, seconds: float) -> None:
        """Interrupt the work after `seconds` from now."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, lambda: self._interrupt(TimeoutError()))

    async def execute(self) -> None:
        """Do the work and write its outcome. Returns when the work has ended."""
        work = asyncio.ensure_future(self._start())
        try:
            outcome = await self._outcome(work)
            self.ending = True
            if not isinstance(outcome, ClaimLostError):
                await self._write(outcome)
        except asyncio.CancelledError:
            work.cancel()
            raise
        except Exception as error:
            # The lease expires, and a sweep takes the work up again.
            self._logger.warning(
                "the outcome of %s was not stored (%s)", self, type(error).__name__, exc_info=not is_unavailable(error)
            )
        finally:
            self.ending = self.settled = True
            if self._timer is not None:
                self._timer.cancel()
            await asyncio.wait({work})

    async def _outcome(self, work: "asyncio.Future[Any]") -> Any:
        """The output of the work, or the exception that ended it."""
        await asyncio.wait({work, self._interrupted}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            self.ending = True
            work.cancel()
            await asyncio.wait({work}, timeout=CANCEL_SECONDS)
            return self._interrupted.result()
        if work.cancelled():
            return asyncio.CancelledError()
        error = work.exception()
        return _Output(work.result()) if error is None else error

    def _start(self) -> Coroutine[Any, Any, Any]:
        return self._safe_work() if self._threads is None else self._threads.run(self._safe_work)

    async def _safe_work(self) -> Any:
        try:
            return await self._work()
        except SystemExit as error:
            # It would end the event loop, and with it everything else that runs there.
            raise RuntimeError("the work tried to end the process") from error

    async def _here(self, function: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        """The result of `function` on the loop of the store."""
        if asyncio.get_running_loop() is self._loop:
            return await function()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(function(), self._loop))

    @abstractmethod
    async def _work(self) -> Any:
        """Do the work, perhaps on another thread."""

    @abstractmethod
    async def _write(self, outcome: Any) -> None:
        """Write how the work ended: `_Output`, or an exception."""


class _Output:
    """What the work returned; any value, also an exception or None."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _Done(NamedTuple):
    """What `complete_job` stores."""

    result_id: str
    output_json: str
    metadata_json: str
    duration_ms: int


class JobAttempt(Attempt):
    """One attempt at a job. It is the `run` that the work of the job sees."""

    def __init__(
        self,
        store: Store,
        claim: Claim,
        spec: ModuleSpec,
        *,
        threads: WorkerThreads | None,
        on_retry: Callable[[float], None],
        logger: logging.Logger,
        metrics: Metrics | None = None,
    ) -> None:
        super().__init__(store, claim.token, threads, logger)
        self._metrics = metrics
        self.metadata: dict[str, Any] = {}
        self.job_id = claim.job.id
        self._claim = claim
        self._spec = spec
        self._on_retry = on_retry
        self._reported = claim.job.progress_percent
        self._claimed = self._started = monotonic()
        # How it ended, for the log. Lost: the job was cancelled, or another worker has it.
        self._ended: dict[str, str] = {"outcome": "lost"}
        self._limit(spec.timeout_seconds + (0 if spec.prepare is None else PREPARE_SECONDS))

    def __str__(self) -> str:
        return f"attempt {self._claim.job.attempt} at job {self.job_id}"

    async def execute(self) -> None:
        """Do the work and write its outcome, with one line in the log before and one after it."""
        job = self._claim.job
        ids: dict[str, Any] = {"module": job.module, "job_id": job.id, "attempt": job.attempt}
        waited = job.started_at - job.created_at if job.attempt == 1 and job.started_at else None
        parent = await self._store.find_trace(job.id)
        attributes: dict[str, str | int] = {"ai.job.id": job.id, "ai.job.attempt": job.attempt}
        with log_fields(**ids), span(f"process {job.module}", "consumer", attributes, parent=parent) as opened:
            wait = None if waited is None else waited.total_seconds()
            self._logger.info(Line("job claimed", **ids, wait_ms=None if wait is None else round(wait * 1000)))
            await super().execute()
            duration = monotonic() - self._claimed
            self._logger.info(Line("job ended", **ids, duration_ms=round(duration * 1000), **self._ended))
            opened.set("ai.job.outcome", self._ended["outcome"])
            if (code := self._ended.get("error_code")) is not None:
                opened.fail(code)
        self._count(duration, wait)

    def _count(self, duration: float, wait: float | None) -> None:
        if self._metrics is None:
            return
        module = self._claim.job.module
        self._metrics.count("ai_job_attempts_total", labels_of(module=module, outcome=self._ended["outcome"]))
        self._metrics.observe("ai_job_duration_seconds", labels_of(module=module), duration)
        if wait is not None:
            self._metrics.observe("ai_job_wait_seconds", labels_of(module=module), wait)

    async def progress(self, percent: int) -> None:
        """Report progress. A database that is unavailable is no reason to end the work.

        Raises:
            ClaimLostError: the job was cancelled, or another worker has it.
        """
        percent = min(int(percent), MAX_PROGRESS_BEFORE_END)
        if percent <= self._reported:
            return
        self._reported = percent
        try:
            held = await self._here(lambda: self._store.report_progress(self._claim, percent))
        except Exception as error:
            if not is_unavailable(error):
                raise
            self._logger.debug("progress of job %s was not stored", self.job_id)
            return
        if not held:
            self._loop.call_soon_threadsafe(self.lose)
            raise ClaimLostError

    async def _work(self) -> Any:
        if self._spec.prepare is not None:
            async with asyncio.timeout(PREPARE_SECONDS):
                await self._spec.prepare()
            self._started = monotonic()
            self._loop.call_soon_threadsafe(self._limit, self._spec.timeout_seconds)
        output = await self._spec.run_job(self._claim.job, self)
        if self._spec.on_completed is not None:
            await self._complete_with_hook(self._spec.on_completed, output)
        return output

    async def _write(self, outcome: Any) -> None:
        if isinstance(outcome, WorkerStoppingError):
            await persist(lambda: self._store.retry_job(self._claim, 0))
            self._ended = {"outcome": "handed_back"}
            self._on_retry(0)
        elif not isinstance(outcome, _Output):
            await self._fail(outcome)
        elif self._spec.on_completed is None:
            await self._complete(outcome.value)
        else:
            self._ended = {"outcome": "completed"}

    async def _complete(self, output: Any) -> None:
        try:
            done = self._done(output)
            if await persist(lambda: self._store.complete_job(self._claim, *done)) is not None:
                self._ended = {"outcome": "completed"}
        except Exception as error:
            if is_unavailable(error):
                raise
            # The database can't store it. Another attempt would end the same way.
            self._logger.error("%s: the output was not stored", self, exc_info=error)
            await self._end_failed(code_of(error))

    async def _complete_with_hook(self, hook: OnCompleted, output: Any) -> None:
        """Call the module's hook, then complete the job, in one transaction.

        The hook is part of the work, with its time limit. It comes first, so that no row of the runtime is locked while it
        runs: the job can be cancelled, and other jobs of the module go on.
        """
        done = self._done(output)
        in_hook = has_ended_job = False

        async def complete() -> None:
            nonlocal in_hook, has_ended_job
            in_hook = False
            async with self._store.database.session() as db:
                store = self._store.within(await db.connection())
                # Whether an earlier call succeeded whose answer was lost.
                if await store.get_result(self.job_id) is not None:
                    return
                if not await store.has_claim(self._claim):
                    raise ClaimLostError
                job = replace(
                    self._claim.job,
                    status="completed",
                    progress_percent=100,
                    result_id=done.result_id,
                    duration_ms=done.duration_ms,
                    completed_at=await store.now(),
                )
                in_hook = True
                async with calling_hook("on_completed", db):
                    await hook(job, output, db)
                in_hook = False
                if await store.complete_job(self._claim, *done) is None:
                    found = await store.get_job(self.job_id)
                    has_ended_job = found is None or found.status not in ("pending", "processing")
                    raise ClaimLostError

        # A hook may call other servers: only errors of the database are repeated at once.
        try:
            await persist(complete, is_final=lambda error: in_hook and not isinstance(error, DBAPIError))
        except ClaimLostError:
            # The hook has cancelled or erased its job in the transaction that was rolled back.
            if has_ended_job:
                await persist(lambda: self._store.cancel_job(self.job_id))
            raise

    def _done(self, output: Any) -> "_Done":
        duration_ms = round((monotonic() - self._started) * 1000)
        try:
            metadata = {**self.metadata, "duration_ms": duration_ms}
            return _Done(str(uuid4()), to_json(output), to_json(metadata), duration_ms)
        except (TypeError, ValueError) as error:
            # Another attempt would end the same way.
            raise PermanentError("internal_error", f"the output is not JSON: {error}") from error

    async def _fail(self, error: BaseException) -> None:
        """Another attempt later, or the end of the job."""
        code = code_of(error)
        unexpected = None if isinstance(error, JobError | TimeoutError) else error
        reason = error if isinstance(error, JobError) else code
        self._logger.warning("%s: %s", self, reason, exc_info=unexpected)
        attempt = self._claim.job.attempt
        if isinstance(error, PermanentError) or attempt > self._spec.retry_attempts:
            await self._end_failed(code)
            return
        delay = self._spec.delay_after(attempt)
        if await persist(lambda: self._store.retry_job(self._claim, delay, code)) is not None:
            self._ended = {"outcome": "retried", "error_code": code}
            self._on_retry(delay)

    async def _end_failed(self, code: str) -> None:
        if await persist(lambda: self._store.fail_job(self._claim, code)) is not None:
            self._ended = {"outcome": "failed", "error_code": code}


class DeliveryAttempt(Attempt):
    """Hands one event to one module."""

    def __init__(
        self,
        store: Store,
        delivery: Delivery,
        handle_event: HandleEvent,
        *,
        threads: WorkerThreads | None,
        logger: logging.Logger,
        handler_seconds: float = HANDLER_SECONDS,
    ) -> None:
        super().__init__(store, delivery.token, threads, logger)
        self._delivery = delivery
        self._handle_event = handle_event
        self._limit(handler_seconds)

    def __str__(self) -> str:
        event = self._delivery.event
        return f"delivery of {event.name} {event.event_id} to {self._delivery.module}"

    async def _work(self) -> None:
        event, module = self._delivery.event, self._delivery.module
        parent = await self._store.find_trace(event.event_id, event.correlation_id)
        attributes = {"ai.event.id": event.event_id, "ai.module": module}
        with span(f"handle {event.name}", "consumer", attributes, parent=parent):
            await self._handle_event(module, event)

    async def _write(self, outcome: Any) -> None:
        if isinstance(outcome, _Output):
            await persist(lambda: self._store.finish_delivery(self.token))
        elif isinstance(outcome, WorkerStoppingError):
            await persist(lambda: self._store.return_delivery(self.token))
        else:
            unexpected = None if isinstance(outcome, JobError | TimeoutError) else outcome
            reason = outcome if isinstance(outcome, JobError) else code_of(outcome)
            attempt = self._delivery.attempt
            if attempt >= DELIVERY_ATTEMPTS or isinstance(outcome, PermanentError):
                self._logger.error("dead letter: %s: %s", self, reason, exc_info=unexpected)
                await self._fail(code_of(outcome), None)
            else:
                self._logger.warning("attempt %d at %s: %s", attempt, self, reason, exc_info=unexpected)
                await self._fail(code_of(outcome), FIRST_DELIVERY_DELAY_SECONDS * 2.0 ** (attempt - 1))

    async def _fail(self, code: str, delay: float | None) -> None:
        await persist(lambda: self._store.fail_delivery(self.token, code, delay))
