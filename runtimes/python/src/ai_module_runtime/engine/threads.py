"""Threads with an event loop each, for work that may block."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

CLOSE_SECONDS = 5.0


class WorkerThreads:
    """Runs coroutines on other threads, one at a time on each, so that one that blocks delays nothing else.

    Threads are started when needed. What is opened on a thread's loop stays there: connections can't change loops.

    Args:
        close: called on the loop of each thread before the thread ends.
    """

    def __init__(
        self, close: Callable[[], Awaitable[None]] | None = None, *, logger: logging.Logger | None = None
    ) -> None:
        self._close = close
        self._logger = logger or logging.getLogger(__name__)
        self._idle: list[_Thread] = []
        self._all: list[_Thread] = []

    async def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of `function`, called on another thread. Ends only when the function has ended, also if cancelled."""
        thread = self._idle.pop() if self._idle else self._start()
        here = asyncio.get_running_loop()
        ended = asyncio.Event()
        started: list[asyncio.Task[T]] = []
        cancelled = False

        def tell(_task: object) -> None:
            here.call_soon_threadsafe(ended.set)

        def start() -> None:
            task = thread.loop.create_task(function())
            started.append(task)
            if cancelled:
                task.cancel()
            task.add_done_callback(tell)

        def cancel() -> None:
            for task in started:
                task.cancel()

        thread.loop.call_soon_threadsafe(start)
        while not ended.is_set():
            try:
                await ended.wait()
            except asyncio.CancelledError:
                cancelled = True
                thread.loop.call_soon_threadsafe(cancel)
        self._idle.append(thread)
        return started[0].result()

    def _start(self) -> "_Thread":
        thread = _Thread(f"ai-worker-{len(self._all) + 1}")
        self._all.append(thread)
        return thread

    async def stop(self) -> None:
        """End the threads that are idle. A thread that is blocked ends with the process."""
        threads, self._idle, self._all = self._idle, [], []
        await asyncio.gather(*(self._end(thread) for thread in threads))

    async def _end(self, thread: "_Thread") -> None:
        if self._close is not None:
            future = asyncio.run_coroutine_threadsafe(_await(self._close), thread.loop)
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await asyncio.wrap_future(future)
            except Exception as error:
                self._logger.warning("%s was not closed (%s)", thread.thread.name, type(error).__name__)
        thread.loop.call_soon_threadsafe(thread.loop.stop)
        await asyncio.to_thread(thread.thread.join, CLOSE_SECONDS)


class _Thread:
    """A daemon thread: one that is blocked does not keep the process alive."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()


async def _await(function: Callable[[], Awaitable[None]]) -> None:
    await function()
