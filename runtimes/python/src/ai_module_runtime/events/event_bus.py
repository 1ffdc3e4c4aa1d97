"""Events between modules: stored once, delivered at least once to every group that subscribed."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from ai_module_runtime.engine.errors import PermanentError
from ai_module_runtime.engine.store import Event, Store

Handler = Callable[[Event[Any]], Awaitable[object]]


def user_id_in(event: Event[Any]) -> str | None:
    """The user that an event is about; None if it does not say."""
    user_id = event.data.get("user_id")
    return user_id if isinstance(user_id, str) and user_id else None


def user_id_of(event: Event[Any]) -> str:
    """The user that an event is about.

    Raises:
        PermanentError: `user_id_missing`: the event does not say. In a handler it makes the delivery a dead letter.
    """
    user_id = user_id_in(event)
    if user_id is None:
        raise PermanentError("user_id_missing", event.name)
    return user_id


class EventBus:
    """The events of a host: `on` subscribes, `publish` stores an event with its deliveries.

    Args:
        get_store: the store of the host. Not called before the first event.
    """

    def __init__(self, get_store: Callable[[], Store]) -> None:
        self._get_store = get_store
        self._handlers: list[tuple[str, str, Handler]] = []

    def on(self, event_name: str, group: str) -> Callable[[Handler], Handler]:
        """Subscribe the decorated handler to `event_name`, before the host starts.

        Each event reaches a group once over all processes of the host. A handler that raises is called again later.
        """

        def subscribe(handler: Handler) -> Handler:
            self._handlers.append((event_name, group, handler))
            return handler

        return subscribe

    def unsubscribe(self, group: str) -> None:
        """Forget the handlers of a group."""
        self._handlers = [entry for entry in self._handlers if entry[1] != group]

    def subscriptions(self) -> dict[str, list[str]]:
        """The names of the events that each group subscribed to."""
        names: dict[str, list[str]] = {}
        for name, group, _ in self._handlers:
            if name not in names.setdefault(group, []):
                names[group].append(name)
        return names

    async def publish(
        self,
        event_name: str,
        data: dict[str, Any],
        source_module: str,
        correlation_id: str | None = None,
        event_id: str | None = None,
    ) -> Event:
        """Publish an event and return it. Without a `correlation_id` it is the event's id.

        Raises:
            TypeError, ValueError: `data` is not made of JSON values.
            DatabaseUnavailableError: it can't be stored.
        """
        event_id = event_id or str(uuid4())
        await self._get_store().add_trace(event_id)
        return await self._get_store().publish_event(
            event_id, event_name, data, source_module, event_id if correlation_id is None else correlation_id
        )

    async def handle(self, group: str, event: Event) -> None:
        """Call the handlers of a group, one after the other."""
        for name, subscribed_group, handler in list(self._handlers):
            if subscribed_group == group and name == event.name:
                await handler(event)
