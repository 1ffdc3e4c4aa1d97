"""The events of the host as one module sees them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, overload

from pydantic import BaseModel

from ai_module_runtime.check_type import InvalidValueError, ValueType
from ai_module_runtime.engine.errors import PermanentError
from ai_module_runtime.engine.store import Event
from ai_module_runtime.events.event_bus import EventBus, Handler

HandlerT = TypeVar("HandlerT", bound=Handler)
PayloadT = TypeVar("PayloadT")


class ModuleEvents:
    """Subscribes and publishes in the name of a module."""

    def __init__(self, bus: EventBus, module: str) -> None:
        self._bus = bus
        self._module = module
        self.failures = 0
        """Events that this process could not publish. Those of a job's life are written with the job."""

    @overload
    def on(
        self, event_name: str, payload: None = None, *, group: str | None = None
    ) -> Callable[[HandlerT], HandlerT]: ...

    @overload
    def on(
        self, event_name: str, payload: type[PayloadT], *, group: str | None = None
    ) -> Callable[[Callable[[Event[PayloadT]], Awaitable[object]]], Callable[[Event[PayloadT]], Awaitable[object]]]: ...

    # A union is no type[...].
    @overload
    def on(
        self, event_name: str, payload: object, *, group: str | None = None
    ) -> Callable[[Callable[[Event[Any]], Awaitable[object]]], Callable[[Event[Any]], Awaitable[object]]]: ...

    def on(self, event_name: str, payload: Any = None, *, group: str | None = None) -> Any:
        """Subscribe the decorated handler to `event_name`. It is called at least once for each event.

        A handler that raises is called again later. `payload` is a type of `schemas.py`: an event whose data does not fit
        becomes a dead letter, `payload_invalid`. `group` is the module's name, unless given: each event reaches a group
        once over all processes of the host.
        """

        def subscribe(handler: Any) -> Any:
            checked = handler if payload is None else _checked(handler, ValueType(payload))
            self._bus.on(event_name, group or self._module)(checked)
            return handler

        return subscribe

    async def publish(
        self,
        event_name: str,
        data: Mapping[str, Any] | BaseModel,
        correlation_id: str | None = None,
        *,
        event_id: str | None = None,
        source_module: str | None = None,
    ) -> Event[Any]:
        """Publish an event and return it as soon as it is stored.

        `data` is made of JSON values; of a model, fields that are None are left out. Events of a job have the
        correlation id `job-<job_id>`.

        Raises:
            TypeError, ValueError: `data` is not made of JSON values.
            DatabaseUnavailableError: it can't be stored.
        """
        values = data.model_dump(mode="json", exclude_none=True) if isinstance(data, BaseModel) else dict(data)
        try:
            return await self._bus.publish(event_name, values, source_module or self._module, correlation_id, event_id)
        except Exception:
            self.failures += 1
            raise


def _checked(handler: Handler, payload: ValueType[Any]) -> Handler:
    async def check_and_handle(event: Event[Any]) -> object:
        try:
            data = payload.check(event.data)
        except InvalidValueError as error:
            raise PermanentError("payload_invalid", f"{event.name}: {error}") from None
        return await handler(replace(event, data=data))

    return check_and_handle
