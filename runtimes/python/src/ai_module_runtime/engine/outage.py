"""What a process does while the database is unavailable: few log lines, and short pauses."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar, get_args

from ai_module_runtime.engine.errors import (
    DatabaseUnavailableError,
    SchemaLostError,
    Trouble,
    is_refused,
    is_unavailable,
    reason_of,
    trouble_of,
)

T = TypeVar("T")

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 3.0)
LOG_SECONDS = 60.0
# Different lines of a trouble in that time, at most.
MAX_LINES = 5
# The check of everything that the runtime needs, beside the statements of calls.
CHECK = "check"
# Calls of a trouble that are remembered, at most.
MAX_CALLS = 100
NO_ACCESS: tuple[Trouble, ...] = ("schema_missing", "database_forbidden")
# Finished work should not be lost to a database that restarts.
PERSIST_SECONDS = 10.0
# A host may start together with its database.
START_SECONDS = 30.0


class _State:
    """A kind of trouble as the log knows it."""

    def __init__(self) -> None:
        self.began_at: float | None = None
        self.ended_at = self.failed_at = self.logged_at = float("-inf")
        # The lines since there was none for a minute.
        self.lines = set[str]()
        # Whether its end is logged, because its begin was.
        self.is_logged = False
        # Calls that have failed and were not repeated with success.
        self.calls = set[str]()


class Outage:
    """The state of the database as a process sees it. Shared by everything in the process that calls it.

    For each kind of trouble it writes one line when it begins and when it ends, and at most one each minute between. If it
    comes and goes, the same line is not repeated within a minute. `on_schema_lost` is called in any thread, each time that a call fails because something of the
    runtime was dropped.
    """

    def __init__(self, logger: logging.Logger, on_schema_lost: Callable[[], None] = lambda: None) -> None:
        self._logger = logger
        self._on_schema_lost = on_schema_lost
        self._states: dict[Trouble, _State] = {trouble: _State() for trouble in get_args(Trouble)}
        self._answered_at = float("-inf")

    @property
    def lasts(self) -> bool:
        """Whether something is wrong."""
        return any(state.began_at is not None for state in self._states.values())

    def failed(self, error: BaseException) -> None:
        """Note a failed call."""
        if isinstance(error, SchemaLostError):
            self._on_schema_lost()
        now = monotonic()
        trouble, since, call = trouble_of(error), getattr(error, "since", None), getattr(error, "call", None)
        if trouble == "connection" and since is not None and since < self._answered_at:
            # Others were answered meanwhile, such as after a connection broke.
            return
        state = self._states[trouble]
        is_news = state.began_at is None or trouble in NO_ACCESS
        if state.began_at is None:
            state.began_at = now
        state.failed_at = now
        if call is not None and len(state.calls) < MAX_CALLS:
            state.calls.add(call)
        line = str(error) if isinstance(error, DatabaseUnavailableError) else reason_of(error)
        if now >= state.logged_at + LOG_SECONDS:
            state.lines.clear()
        elif not is_news or line in state.lines or len(state.lines) >= MAX_LINES:
            return
        state.lines.add(line)
        state.logged_at, state.is_logged = now, True
        self._logger.error("database: %s", line)

    def answered(self, call: str | None = None) -> None:
        """Note a call that succeeded: a trouble ends when the same calls work again."""
        now = self._answered_at = monotonic()
        for trouble, state in self._states.items():
            if state.began_at is None:
                continue
            if trouble == "connection":
                self._end(trouble)
            elif call in state.calls:
                state.calls.discard(call)
                # Some calls are rare, so that their success is not waited for.
                if not state.calls or now >= state.failed_at + LOG_SECONDS:
                    self._end(trouble)

    def accessible(self) -> None:
        """Note that everything of the runtime is there and permitted, and that the server takes writes."""
        self.answered(CHECK)
        for trouble in NO_ACCESS:
            self._end(trouble)

    @property
    def lacks_access(self) -> bool:
        """Whether something is missing or not permitted, as far as is known."""
        return any(self._states[trouble].began_at is not None for trouble in NO_ACCESS)

    def lacked_access(self, since: float) -> bool:
        """Whether something was missing or not permitted at `since` or later."""
        states = [self._states[trouble] for trouble in NO_ACCESS]
        return any(state.began_at is not None or state.ended_at >= since for state in states)

    def _end(self, trouble: Trouble) -> None:
        state = self._states[trouble]
        began_at, state.began_at = state.began_at, None
        if began_at is None:
            return
        state.ended_at = monotonic()
        state.calls.clear()
        was_logged, state.is_logged = state.is_logged, False
        if was_logged:
            what = "it is available again" if trouble == "connection" else "statements that failed work again"
            self._logger.info("database: %s after %.1f s", what, state.ended_at - began_at)


def pause_after(failures: int) -> float:
    """Seconds to wait after so many failures, one after the other."""
    return PAUSES_SECONDS[min(max(failures, 1), len(PAUSES_SECONDS)) - 1]


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
            failures += 1
            pause = pause_after(failures)
            if not is_unavailable(error) or is_final(error) or monotonic() + pause > until:
                raise
            await asyncio.sleep(pause)
