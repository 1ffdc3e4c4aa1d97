"""Events between modules: published once, delivered at least once to every group that subscribed."""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from functools import cache
from time import monotonic
from typing import Any, Protocol

from ai_module_runtime.clock import format_utc, utcnow
from ai_module_runtime.db.database import is_unavailable

logger = logging.getLogger(__name__)

EVERY_EVENT = "*"
RETRY_DELAYS_SECONDS = (0.1, 0.5)
# While the database is away no handler can do its work: that is no reason to give an event up.
OUTAGE_DELAY_SECONDS = 1.0
OUTAGE_SECONDS = 60.0
# A handler that hangs would keep all later events from its group.
HANDLER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `data` holds JSON values only, `occurred_at` is ISO 8601 in UTC."""

    name: str
    data: dict[str, Any]
    source_module: str
    correlation_id: str | None = None
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    occurred_at: str = field(default_factory=lambda: format_utc(utcnow()))

    def to_json(self) -> str:
        """The event as JSON text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Event":
        """The event that `to_json` wrote."""
        return cls(**json.loads(text))


def user_id_of(event: Event) -> str | None:
    """The user that an event is about; None, with a line in the log, if it does not say."""
    user_id = event.data.get("user_id")
    if isinstance(user_id, str) and user_id:
        return user_id
    logger.warning("%s %s names no user and is ignored", event.name, event.event_id)
    return None


Handler = Callable[[Event], Awaitable[None]]
Deliver = Callable[[str, Event], Awaitable[None]]


class Transport(Protocol):
    """Carries events from publishers to groups, in one process or between many."""

    async def start(self, groups: list[str], deliver: Deliver) -> None:
        """Begin to call `deliver(group, event)` for every event and group."""

    async def publish(self, event: Event) -> None:
        """Accept an event; return before it is handled."""

    async def bury(self, group: str, event: Event, reason: str) -> None:
        """Keep an event that a group could not handle."""

    async def ping(self) -> bool:
        """Whether events can be accepted now."""

    async def stop(self) -> None:
        """Deliver what was accepted as far as possible, then stop."""


class EventBus:
    """The bus as modules see it: `on` to subscribe, `publish` to tell."""

    def __init__(self, create_transport: Callable[[], Transport]) -> None:
        self._transport = cache(create_transport)
        self._handlers: list[tuple[str, str, Handler]] = []

    def on(self, event_name: str, group: str) -> Callable[[Handler], Handler]:
        """Subscribe the decorated handler to `event_name` (or to `EVERY_EVENT`).

        Each event reaches a group once over all replicas of the host. Subscribe before the bus starts.
        """

        def subscribe(handler: Handler) -> Handler:
            self._handlers.append((event_name, group, handler))
            return handler

        return subscribe

    def unsubscribe(self, group: str) -> None:
        """Forget the handlers of a group."""
        self._handlers = [entry for entry in self._handlers if entry[1] != group]

    async def publish(
        self,
        event_name: str,
        data: dict[str, Any],
        source_module: str,
        correlation_id: str | None = None,
        event_id: str | None = None,
    ) -> Event:
        """Publish an event and return it as soon as it is accepted.

        Raises:
            TypeError: `data` is not made of JSON values.
            Exception: the transport is not there.
        """
        copied = json.loads(json.dumps(data))
        event = Event(event_name, copied, source_module, correlation_id, event_id or str(uuid.uuid4()))
        await self._transport().publish(event)
        return event

    async def start(self) -> None:
        """Begin to deliver to the groups subscribed so far."""
        groups = dict.fromkeys(group for _, group, _ in self._handlers)
        await self._transport().start(list(groups), self._deliver)

    async def stop(self) -> None:
        """Stop delivering."""
        await self._transport().stop()

    async def ping(self) -> bool:
        """Whether events can be accepted now."""
        return await self._transport().ping()

    async def _deliver(self, group: str, event: Event) -> None:
        for name, subscribed_group, handler in list(self._handlers):
            if subscribed_group == group and name in (event.name, EVERY_EVENT):
                await self._handle(group, event, handler)

    async def _handle(self, group: str, event: Event, handler: Handler) -> None:
        delays, patience = iter(RETRY_DELAYS_SECONDS), monotonic() + OUTAGE_SECONDS
        while True:
            try:
                async with asyncio.timeout(HANDLER_SECONDS):
                    return await handler(event)
            except Exception as error:
                logger.warning("%s could not handle %s (%s)", group, event.name, event.event_id, exc_info=True)
                outage = is_unavailable(error) and monotonic() < patience
                delay = OUTAGE_DELAY_SECONDS if outage else next(delays, None)
                if delay is None:
                    return await self._transport().bury(group, event, type(error).__name__)
                await asyncio.sleep(delay)
