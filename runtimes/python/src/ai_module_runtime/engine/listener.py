"""A connection that waits for notifications, and is opened again when it is lost."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.outage import pause_after

# A connection whose other end has disappeared is noticed after this time.
CHECK_SECONDS = 10.0


class Listener:
    """Listens on the channel of wake-ups.

    Args:
        on_message: called with each message: `jobs`, `deliveries`, or `cancel <job id>`.
        on_connect: called after each connect: messages may have been missed before.
    """

    def __init__(
        self,
        database: Database,
        on_message: Callable[[str], None],
        on_connect: Callable[[], None],
    ) -> None:
        self._database = database
        self._on_message = on_message
        self._on_connect = on_connect
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self.connected = False

    def start(self) -> None:
        """Connect in the background, now and whenever the connection is lost."""
        self._task = asyncio.create_task(self._listen(), name="listener")

    async def stop(self) -> None:
        """Close the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except Exception as error:
                self._database.outage.failed(error)
                await asyncio.sleep(pause_after(self._failures))

    async def _listen_once(self) -> None:
        """Return when the connection is lost."""
        self._failures += 1
        connection = await self._database.open_direct()
        try:
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(self._database.channel, self._receive)
            self.connected = True
            self._failures = 0
            self._database.outage.answered()
            self._on_connect()
            while not lost.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_SECONDS):
                        await lost.wait()
                        return
                await connection.fetchval("select 1")
        finally:
            self.connected = False
            connection.terminate()

    def _receive(self, _connection: Any, _pid: int, _channel: str, message: object) -> None:
        self._on_message(str(message))
