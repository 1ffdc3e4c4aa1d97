"""Claims jobs and deliveries as long as places are free, and runs them in this process."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from itertools import zip_longest
from time import monotonic

from ai_module_runtime.engine.attempt import Attempt, DeliveryAttempt, JobAttempt
from ai_module_runtime.engine.errors import is_unavailable
from ai_module_runtime.engine.metrics import Metrics
from ai_module_runtime.engine.modules import HandleEvent, ModuleSpec
from ai_module_runtime.engine.outage import pause_after
from ai_module_runtime.engine.store import Claim, Delivery, Store
from ai_module_runtime.engine.threads import WorkerThreads

MIN_TIMER_SECONDS = 0.05
GRACE_SECONDS = 5.0
CLAIM_SECONDS = 1.0
# How long it may take to hand work back. Other processes take over what is left.
HAND_BACK_SECONDS = 4.0


class Executor:
    """Runs jobs on the event loop or on threads, and event handlers on the event loop.

    Args:
        modules: what this process runs, by name. May change at any time.
        concurrency: places for jobs, shared by all modules. 0: jobs are only run by `work_until_idle`.
        delivery_slots: places for event handlers.
        poll_seconds: seconds between two searches for work whose message was lost.
        threads: where to run jobs; by default on the loop of the executor.
        on_retry: called with the delay when a job was made pending again.
    """

    def __init__(
        self,
        store: Store,
        modules: Mapping[str, ModuleSpec],
        handle_event: HandleEvent,
        *,
        concurrency: int,
        delivery_slots: int = 10,
        lease_seconds: float = 10,
        poll_seconds: float = 5,
        threads: WorkerThreads | None = None,
        on_retry: Callable[[float], None] = lambda _delay: None,
        metrics: Metrics | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._modules = modules
        self._handle_event = handle_event
        self._concurrency = concurrency
        self._delivery_slots = delivery_slots
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._threads = threads
        self._on_retry = on_retry
        self._logger = logger or logging.getLogger(__name__)
        self._jobs: dict[JobAttempt, asyncio.Task[None]] = {}
        self._deliveries: dict[DeliveryAttempt, asyncio.Task[None]] = {}
        self._direct: dict[JobAttempt, asyncio.Task[None]] = {}
        self._asking: list[asyncio.Future[Claim | None]] = []
        self._claiming = asyncio.Lock()
        self._cancelled_meanwhile: set[str] = set()
        self._look_for_jobs = True
        self._look_for_deliveries = True
        self._woken = asyncio.Event()
        self._look_at = 0.0
        self._stopping = False
        self._loops: list[asyncio.Task[None]] = []

    @property
    def running_jobs(self) -> int:
        """Places that jobs take."""
        return len(self._jobs) + len(self._direct)

    def start(self) -> None:
        """Begin to claim."""
        self._loops = [
            asyncio.create_task(self._claim_forever(), name="executor"),
            asyncio.create_task(self._renew_forever(), name="leases"),
        ]
        self.look_for_everything()

    def stop_claiming(self) -> None:
        """Take no more work. Work that runs goes on."""
        self._stopping = True
        self._woken.set()

    def hand_back(self) -> None:
        """Interrupt the work that runs, and give it to other workers."""
        for attempt in self._attempts():
            attempt.hand_back()

    async def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Take no more work, wait some seconds for the work that runs, and give the rest to other workers."""
        self.stop_claiming()
        # A claim that is under way may still start work.
        if self._loops:
            await asyncio.wait(self._loops[:1], timeout=CLAIM_SECONDS)
        await self._wait_for_work(grace_seconds)
        self.hand_back()
        if await self._wait_for_work(HAND_BACK_SECONDS):
            self._logger.warning("work was left behind")
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops = []

    async def _wait_for_work(self, seconds: float) -> int:
        """Wait for the work that runs. Returns how much is left."""
        running = {*self._jobs.values(), *self._direct.values(), *self._deliveries.values()}
        return len((await asyncio.wait(running, timeout=seconds))[1]) if running else 0

    def receive(self, message: str) -> None:
        """React to a message of the listener."""
        match message.split(" "):
            case ["jobs"]:
                self._wake(jobs=True)
            case ["deliveries"]:
                self._wake(deliveries=True)
            case ["cancel", job_id]:
                self._cancel(job_id)

    def look_for_everything(self) -> None:
        """Look for jobs and deliveries: messages may have been missed."""
        self._wake(jobs=True, deliveries=True)

    def _wake(self, *, jobs: bool = False, deliveries: bool = False) -> None:
        self._look_for_jobs |= jobs and self._concurrency > 0
        self._look_for_deliveries |= deliveries
        self._woken.set()

    def _cancel(self, job_id: str) -> None:
        if self._claiming.locked():
            self._cancelled_meanwhile.add(job_id)
        for attempt in [*self._jobs, *self._direct]:
            if attempt.job_id == job_id:
                attempt.lose()

    def _attempts(self) -> list[Attempt]:
        return [*self._jobs, *self._direct, *self._deliveries]

    async def _claim_forever(self) -> None:
        failures = 0
        while not self._stopping:
            await self._wait_for_wake()
            try:
                await self._look()
                failures = 0
            except Exception as error:
                if not is_unavailable(error):
                    self._logger.exception("work can't be claimed")
                failures += 1
                await asyncio.sleep(pause_after(failures))
                self.look_for_everything()

    async def _wait_for_wake(self) -> None:
        """Wait for a message, a freed place, or the time when something becomes due."""
        try:
            async with asyncio.timeout(max(0.0, self._look_at - monotonic())):
                await self._woken.wait()
        except TimeoutError:
            self._look_at = monotonic() + self._poll_seconds
            self.look_for_everything()
        self._woken.clear()

    async def _look(self) -> None:
        """Claim and start all that there is and fits, and set the time to look again if nothing happens before."""
        all_taken = await self._take_jobs()
        all_taken |= await self._take_deliveries()
        if not all_taken or self._stopping:
            return
        seconds = await self._store.seconds_until_due(list(self._modules))
        pause = self._poll_seconds if seconds is None else min(max(seconds, MIN_TIMER_SECONDS), self._poll_seconds)
        self._look_at = monotonic() + pause

    async def _take_jobs(self) -> bool:
        """Whether there is no further job to claim. Not known if all places are taken: the next one that is freed looks."""
        # The flag is lowered first: a message that arrives meanwhile causes one more round.
        while self._look_for_jobs and self._free_jobs() > 0 and not self._stopping:
            self._look_for_jobs = False
            async with self._claiming:
                claims = await self._claim_jobs(self._free_jobs())
            for claim in claims:
                self._start_job(claim)
            if not claims:
                return True
            self._look_for_jobs = True
        return False

    async def _take_deliveries(self) -> bool:
        """The same for deliveries."""
        while self._look_for_deliveries and self._free_deliveries() > 0 and not self._stopping:
            self._look_for_deliveries = False
            async with self._claiming:
                await self._check_access()
                deliveries = await self._store.claim_deliveries(
                    list(self._modules), self._free_deliveries(), self._lease_seconds
                )
            for delivery in deliveries:
                self._start_delivery(delivery)
            if not deliveries:
                return True
            self._look_for_deliveries = True
        return False

    def _free_jobs(self) -> int:
        return self._concurrency - len(self._jobs)

    def _free_deliveries(self) -> int:
        return self._delivery_slots - len(self._deliveries)

    async def _claim_jobs(self, free: int) -> list[Claim]:
        """Only one at a time: call it with `_claiming`."""
        self._cancelled_meanwhile.clear()
        await self._check_access()
        claims = await self._store.claim_jobs(list(self._modules), free, self._lease_seconds)
        return [claim for claim in claims if claim.job.id not in self._cancelled_meanwhile]

    async def _check_access(self) -> None:
        """Claim nothing while something is missing or not permitted: work whose result can't be stored would be done again."""
        database = self._store.database
        if database.outage.lacks_access:
            await database.check_access()

    async def _claim_one(self) -> Claim | None:
        """One job for a thread of Celery. Those that ask while another claims share the next claim."""
        answer: asyncio.Future[Claim | None] = asyncio.get_running_loop().create_future()
        self._asking.append(answer)
        async with self._claiming:
            if not answer.done():
                asking, self._asking = self._asking, []
                try:
                    claims = await self._claim_jobs(len(asking))
                except Exception as error:
                    for each in asking:
                        each.set_exception(error)
                else:
                    for each, claim in zip_longest(asking, claims):
                        each.set_result(claim)
        return await answer

    def _attempt_at(self, claim: Claim) -> JobAttempt:
        return JobAttempt(
            self._store,
            claim,
            self._modules[claim.job.module],
            threads=self._threads,
            on_retry=self._on_retry,
            logger=self._logger,
            metrics=self._metrics,
        )

    def _start_job(self, claim: Claim) -> None:
        attempt = self._attempt_at(claim)
        task = self._jobs[attempt] = asyncio.create_task(attempt.execute(), name=f"job {claim.job.id}")
        task.add_done_callback(lambda _task: self._job_ended(attempt))

    def _job_ended(self, attempt: JobAttempt) -> None:
        del self._jobs[attempt]
        self._wake(jobs=True)

    def _start_delivery(self, delivery: Delivery) -> None:
        attempt = DeliveryAttempt(self._store, delivery, self._handle_event, threads=None, logger=self._logger)
        task = self._deliveries[attempt] = asyncio.create_task(
            attempt.execute(), name=f"delivery {delivery.event.event_id}"
        )
        task.add_done_callback(lambda _task: self._delivery_ended(attempt))

    def _delivery_ended(self, attempt: DeliveryAttempt) -> None:
        del self._deliveries[attempt]
        # If places were free before, nothing is waiting for this one.
        if self._look_for_deliveries:
            self._woken.set()

    async def work_until_idle(self, seconds: float = 60) -> bool:
        """Claim and run one job after the other, until there is none. True: the time is up and there may be more.

        Raises:
            DatabaseUnavailableError: jobs can't be claimed.
        """
        until = monotonic() + seconds
        while not self._stopping and monotonic() < until:
            claim = await self._claim_one()
            if claim is None:
                return False
            attempt = self._attempt_at(claim)
            task = self._direct[attempt] = asyncio.create_task(attempt.execute(), name=f"job {attempt.job_id}")
            try:
                await task
            finally:
                del self._direct[attempt]
        return not self._stopping

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            attempts = {attempt.token: attempt for attempt in self._attempts() if not attempt.settled}
            if not attempts:
                continue
            try:
                held = await self._store.renew_leases(list(attempts), self._lease_seconds)
            except Exception as error:
                # The attempts go on: whether they are lost is known when the database answers.
                if not is_unavailable(error):
                    self._logger.exception("leases can't be renewed")
                continue
            for token, attempt in attempts.items():
                if token not in held and not attempt.ending:
                    self._logger.info("%s was taken over", attempt)
                    attempt.lose()
