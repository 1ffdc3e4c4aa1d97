"""Celery as executor of jobs. Its messages say "there is work" and carry no state: losing or repeating one does no harm.

Any process sends them: after adding a job, after making one pending again, and after each sweep while jobs wait. A task
claims a job, runs it, and goes on until there is none. Event handlers, leases, cancellations and the clock belong to the
`Worker` of each worker process; it needs no broker.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Coroutine
from contextlib import AbstractAsyncContextManager
from multiprocessing.sharedctypes import RawValue
from time import monotonic
from typing import Any, TypeVar

from celery import Celery
from celery.concurrency.prefork import TaskPool as PreforkPool
from celery.loaders.app import AppLoader
from celery.signals import (
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)

from ai_module_runtime.engine.errors import DatabaseUnavailableError
from ai_module_runtime.engine.executor import GRACE_SECONDS
from ai_module_runtime.engine.outage import LOG_SECONDS, PAUSES_SECONDS
from ai_module_runtime.engine.store import Store
from ai_module_runtime.engine.worker import Worker

T = TypeVar("T")

WORK_TASK = "ai_module_runtime.work"
QUEUE = "ai_jobs"
# Without jobs, messages in the queue are of no use after this time: a sweep sends new ones.
MESSAGE_SECONDS = 60.0
# A task that has worked for so long sends a message and ends, so that Celery can do what it does between tasks.
TASK_SECONDS = 60.0
# Messages after a sweep. Each starts a task that goes on while there are jobs.
MESSAGES_AFTER_SWEEP = 4
# Messages are not kept longer by workers: a sweep sends one when the job is due.
MAX_DELAY_SECONDS = 60.0
MAX_WAITING_MESSAGES = 100
START_SECONDS = 30.0
CHECK_SECONDS = 0.2
STOP_SECONDS = 2.0


def create_celery_app(
    broker_url: str, *, concurrency: int | None = None, name: str = "ai", loader: type[AppLoader] | None = None
) -> Celery:
    """A Celery application for the engine. It may have other tasks as well."""
    app = Celery(name, broker=broker_url, set_as_current=False, loader=loader)
    app.conf.update(
        broker_transport_options={"socket_connect_timeout": 2, "socket_timeout": 10, "retry_on_timeout": True},
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_concurrency=concurrency,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2},
        task_serializer="json",
        accept_content=["json"],
        worker_hijack_root_logger=False,
        timezone="UTC",
    )
    return app


class WorkMessages:
    """Sends "there is work" from a thread of its own: callers never wait for the broker.

    While the broker is unavailable jobs wait in the database. Messages are sent again when it is back.
    """

    def __init__(self, app: Celery, *, logger: logging.Logger | None = None) -> None:
        self._app = app
        self._logger = logger or logging.getLogger(__name__)
        self._changed = threading.Condition()
        self._delays: list[float] = []
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._logged_at = float("-inf")
        self.degraded: str | None = None
        """Why jobs start later than usual, or None."""

    def send(self, delay: float = 0) -> None:
        """Tell a worker that there is a job, or will be after `delay` seconds."""
        if delay > MAX_DELAY_SECONDS:
            return
        with self._changed:
            if len(self._delays) < MAX_WAITING_MESSAGES:
                self._delays.append(delay)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="ai-messages", daemon=True)
                self._thread.start()
            self._changed.notify()

    async def send_if_jobs_wait(self, store: Store, modules: Collection[str]) -> None:
        """Send messages for jobs of the modules that wait, as their own may have been lost. Call it after each sweep."""
        for _ in range(await store.waiting_jobs([*modules], MESSAGES_AFTER_SWEEP)):
            self.send()

    def stop(self) -> None:
        """Send what is left, unless the broker is unavailable, and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(STOP_SECONDS)

    def _serve(self) -> None:
        failures = 0
        while (delay := self._next()) is not None:
            try:
                self._app.send_task(
                    WORK_TASK,
                    queue=QUEUE,
                    countdown=delay or None,
                    expires=delay + MESSAGE_SECONDS,
                    ignore_result=True,
                )
            except Exception as error:
                self._failed(error, delay)
                self._pause(PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)])
                failures += 1
            else:
                failures = 0
                if self.degraded is not None:
                    self.degraded = None
                    self._logger.info("the broker is available again")

    def _next(self) -> float | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._delays)
            given_up = self._stopping and self.degraded is not None
            return self._delays.pop(0) if self._delays and not given_up else None

    def _failed(self, error: Exception, delay: float) -> None:
        if self.degraded is None or monotonic() >= self._logged_at + LOG_SECONDS:
            self._logged_at = monotonic()
            self._logger.warning("the broker is unavailable (%s): jobs wait", type(error).__name__)
        self.degraded = "broker unavailable"
        with self._changed:
            # One message is enough to notice that the broker is back; sweeps send the others.
            self._delays = [0.0 if delay == 0 else min([delay, *self._delays])]

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, seconds)


StartWorker = Callable[[], AbstractAsyncContextManager[Worker]]


class CeleryWorker:
    """What runs in worker processes. Make it where the application for `celery -A … worker` is made.

    Args:
        start_worker: makes and starts the `Worker` of a process, with `concurrency=0`, and stops it at the end. Called in
            each process of a prefork pool, and once for a pool of threads.
    """

    def __init__(
        self, app: Celery, start_worker: StartWorker, messages: WorkMessages, *, logger: logging.Logger | None = None
    ) -> None:
        self._start_worker = start_worker
        self._messages = messages
        self._logger = logger or logging.getLogger(__name__)
        self._process: _WorkerProcess | None = None
        self._lock = threading.Lock()
        # Shared memory: the processes of a prefork pool see what their parent writes. Without a lock, as a process that
        # is killed would keep it; a double is written at once.
        self._stop_at = RawValue("d", 0.0)
        app.task(name=WORK_TASK, ignore_result=True)(self._work)
        for signal, receiver in (
            (worker_process_init, self._start),
            (worker_ready, self._ready),
            (worker_shutting_down, self._stop_soon),
            (worker_process_shutdown, self._stop),
            (worker_shutdown, self._stop),
        ):
            signal.connect(receiver, weak=False)

    def _work(self) -> None:
        """The task."""
        process = self._start()
        try:
            more = process.run(lambda: process.worker.executor.work_until_idle(TASK_SECONDS))
        except DatabaseUnavailableError:
            # The sweep after the outage sends a message.
            return
        if more:
            self._messages.send()

    def _start(self, **_signal_arguments: Any) -> "_WorkerProcess":
        """The worker of this process, which may still be starting: Celery ends processes that take long to start."""
        with self._lock:
            if self._process is None or self._process.failed:
                self._process = _WorkerProcess(self._start_worker, self._stop_at, self._logger)
            return self._process

    def _ready(self, sender: Any = None, **_signal_arguments: Any) -> None:
        # The parent of a prefork pool starts no threads: its children are forked from it, now and later.
        if not isinstance(getattr(sender, "pool", None), PreforkPool):
            self._start()

    def _stop_soon(self, **_signal_arguments: Any) -> None:
        self._stop_at.value = monotonic() + GRACE_SECONDS

    def _stop(self, **_signal_arguments: Any) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.stop()
        self._messages.stop()


class _WorkerProcess:
    """The worker of this process, on an event loop in a thread: Celery's tasks are synchronous, and leases go on."""

    def __init__(self, start_worker: StartWorker, stop_at: Any, logger: logging.Logger) -> None:
        self.worker: Worker
        self._start_worker = start_worker
        self._stop_at = stop_at
        self._logger = logger
        self._error: BaseException | None = None
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._end: asyncio.Event
        self._thread = threading.Thread(target=self._serve, name="ai-engine", daemon=True)
        self._thread.start()

    @property
    def failed(self) -> bool:
        """Whether the worker did not start, or ended."""
        return self._error is not None

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of `function`, called on the loop once the worker has started."""
        if not self._started.wait(START_SECONDS) or self._error is not None:
            raise RuntimeError("the worker did not start") from self._error
        return asyncio.run_coroutine_threadsafe(function(), self._loop).result()

    def stop(self) -> None:
        """Stop the worker. Nothing may run any more, or it is handed back."""
        if self._started.wait(STOP_SECONDS) and self._error is None:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(GRACE_SECONDS)

    def _serve(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._error = error
            self._logger.exception("the worker ended")
        finally:
            self._started.set()

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with self._start_worker() as self.worker:
            self._started.set()
            watch = asyncio.create_task(self._watch())
            await self._end.wait()
            watch.cancel()

    async def _watch(self) -> None:
        """Stop claiming when Celery stops, and hand jobs back some seconds later."""
        while self._stop_at.value == 0:  # noqa: ASYNC110
            await asyncio.sleep(CHECK_SECONDS)
        self.worker.executor.stop_claiming()
        await asyncio.sleep(max(0.0, self._stop_at.value - monotonic()))
        self.worker.executor.hand_back()
