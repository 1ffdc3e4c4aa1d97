"""Events inside one process: a queue and a task per group, so that a slow group delays no other."""

import asyncio
import logging
from collections import deque

from ai_module_runtime.events.event_bus import Deliver, Event

logger = logging.getLogger(__name__)

STOP_SECONDS = 5


class MemoryTransport:
    """Handlers run on the loop that called `start`; events may be published from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queues: dict[str, asyncio.Queue[Event]] = {}
        self._pumps: list[asyncio.Task[None]] = []
        self.buried: deque[tuple[str, Event, str]] = deque(maxlen=1000)

    async def start(self, groups: list[str], deliver: Deliver) -> None:
        """Begin to call `deliver` for every event and group."""
        self._loop = asyncio.get_running_loop()
        self._queues = {group: asyncio.Queue() for group in groups}
        self._pumps = [asyncio.create_task(self._pump(group, deliver)) for group in groups]

    async def publish(self, event: Event) -> None:
        """Put the event on every group's queue.

        Raises:
            RuntimeError: the bus is not started.
        """
        if self._loop is None:
            raise RuntimeError("the event bus is not started")
        # Also from the loop itself: events of one publisher keep their order whatever thread they come from.
        self._loop.call_soon_threadsafe(self._accept, event)

    def _accept(self, event: Event) -> None:
        for queue in self._queues.values():
            queue.put_nowait(event)

    async def _pump(self, group: str, deliver: Deliver) -> None:
        queue = self._queues[group]
        while True:
            event = await queue.get()
            try:
                await deliver(group, event)
            finally:
                queue.task_done()

    async def bury(self, group: str, event: Event, reason: str) -> None:
        """Keep the latest thousand events that could not be handled."""
        logger.error("dead letter for %s: %s %s after %s", group, event.name, event.event_id, reason)
        self.buried.append((group, event, reason))

    async def ping(self) -> bool:
        """Whether the bus is started."""
        return self._loop is not None

    async def stop(self) -> None:
        """Wait some seconds for the queues to empty, then stop."""
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(*(queue.join() for queue in self._queues.values()))
        except TimeoutError:
            logger.warning("events were not handled before the host stopped")
        self._loop = None
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
