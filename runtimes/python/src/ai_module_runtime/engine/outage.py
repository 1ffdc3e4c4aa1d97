"""What a process does while the database is unavailable: few log lines, and short pauses."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from ai_module_runtime.engine.errors import (
    DatabaseUnavailableError,
    SchemaLostError,
    is_refused,
    is_unavailable,
    reason_of,
)

T = TypeVar("T")

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 3.0)
LOG_SECONDS = 60.0
# Finished work should not be lost to a database that restarts.
PERSIST_SECONDS = 10.0
# A host may start together with its database.
START_SECONDS = 30.0


class Outage:
    """The state of the database as a process sees it. Shared by everything in the process that calls it.

    `on_schema_lost` is called in any thread, each time that a call fails because something of the runtime was dropped.
    """

    def __init__(self, logger: logging.Logger, on_schema_lost: Callable[[], None] = lambda: None) -> None:
        self._logger = logger
        self._on_schema_lost = on_schema_lost
        self._began_at: float | None = None
        self._logged_at = 0.0
        self._answered_at = float("-inf")
        self._failures = 0

    @property
    def lasts(self) -> bool:
        """Whether the last call failed."""
        return self._failures > 0

    def failed(self, error: BaseException) -> float:
        """Note a failed call. Returns the seconds to wait.

        Writes one line when an outage begins, and at most one each minute until it ends.
        """
        if isinstance(error, SchemaLostError):
            self._on_schema_lost()
        now = monotonic()
        pause = PAUSES_SECONDS[min(self._failures, len(PAUSES_SECONDS) - 1)]
        since = error.since if isinstance(error, DatabaseUnavailableError) else None
        if since is not None and since < self._answered_at:
            # Others were answered meanwhile, such as after a connection broke.
            return pause
        self._failures += 1
        if self._began_at is None or now >= self._logged_at + LOG_SECONDS:
            self._began_at = now if self._began_at is None else self._began_at
            self._logged_at = now
            self._logger.error(
                "database: %s", error if isinstance(error, DatabaseUnavailableError) else reason_of(error)
            )
        return pause

    def answered(self) -> None:
        """Note a call that succeeded."""
        self._answered_at = monotonic()
        self._failures = 0
        if self._began_at is not None:
            seconds, self._began_at = self._answered_at - self._began_at, None
            self._logger.info("database: it is available again after %.1f s", seconds)


async def retry_at_start(step: Callable[[], Awaitable[T]], outage: Outage) -> T:
    """Call a step of a start, again while the database is unavailable. One that refuses the role isn't asked again."""

    async def call() -> T:
        try:
            return await step()
        except Exception as error:
            if is_unavailable(error):
                outage.failed(error)
            raise

    return await persist(call, START_SECONDS, is_refused)


async def persist(
    operation: Callable[[], Awaitable[T]],
    seconds: float = PERSIST_SECONDS,
    is_final: Callable[[Exception], bool] = lambda _error: False,
) -> T:
    """Call `operation`, again for some seconds while the database is unavailable."""
    until = monotonic() + seconds
    failures = 0
    while True:
        try:
            return await operation()
        except Exception as error:
            pause = PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)]
            if not is_unavailable(error) or is_final(error) or monotonic() + pause > until:
                raise
            failures += 1
            await asyncio.sleep(pause)
