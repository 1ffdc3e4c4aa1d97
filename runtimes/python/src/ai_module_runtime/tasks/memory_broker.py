"""Celery's in-memory broker, woken up by messages instead of looking for them all the time."""

import threading
from queue import Empty
from time import monotonic
from typing import Any, cast

from kombu.transport import memory
from kombu.utils.scheduling import FairCycle

IDLE_SECONDS = 1.0


class Signal:
    """Wakes up every thread that waits; a count, so that none misses what happened before it waited."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.count = 0

    def send(self) -> None:
        """Say that something happened."""
        with self._condition:
            self.count += 1
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Wait until something has happened since the count was `seen`."""
        with self._condition:
            self._condition.wait_for(lambda: self.count != seen, seconds)


signal = Signal()


class Channel(memory.Channel):
    """A channel that tells when a message was put."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        signal.send()

    def _put_fanout(self, exchange: str, message: Any, routing_key: str | None = None, **kwargs: Any) -> None:
        super()._put_fanout(exchange, message, routing_key, **kwargs)
        signal.send()


class Transport(memory.Transport):
    """The transport of those channels."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **_kwargs: Any) -> None:
        """Deliver one message, waiting for it if need be.

        Raises:
            TimeoutError: none came in time.
        """
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            seen = signal.count
            try:
                cast("FairCycle", self.cycle).get(self._deliver)
                return
            except Empty:
                left = IDLE_SECONDS if deadline is None else deadline - monotonic()
            if left <= 0:
                raise TimeoutError
            signal.wait(seen, min(left, IDLE_SECONDS))
