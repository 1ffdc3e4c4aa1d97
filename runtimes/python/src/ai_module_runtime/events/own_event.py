"""Events that modules publish besides those of a job's life."""

from typing import TYPE_CHECKING, Any, Generic, overload

from typing_extensions import TypeVar

from ai_module_runtime.check_type import InvalidValueError, ValueType
from ai_module_runtime.engine.errors import PermanentError
from ai_module_runtime.engine.store import Event

if TYPE_CHECKING:
    from ai_module_runtime.jobs.service import JobService

PayloadT = TypeVar("PayloadT", default=dict[str, Any])


class OwnEvent(Generic[PayloadT]):
    """An event of a module: `approved = OwnEvent("invoices.approved", Approved)`.

    `payload` is a type of `schemas.py`; without one the data is any JSON object.
    """

    @overload
    def __init__(self, name: str, payload: type[PayloadT] | None = None) -> None: ...

    # A union is no type[...].
    @overload
    def __init__(self: "OwnEvent[Any]", name: str, payload: object) -> None: ...

    def __init__(self, name: str, payload: Any = None) -> None:
        self.name = name
        self._type: ValueType[PayloadT] = ValueType(dict[str, Any] if payload is None else payload)

    async def publish(
        self, service: "JobService[Any, Any, Any, Any]", payload: PayloadT, correlation_id: str | None = None
    ) -> Event[PayloadT]:
        """Publish the event and return it as soon as it is stored.

        Raises:
            PermanentError: `payload_invalid`: the payload does not fit.
            ValueError: the manifest does not declare the event under `events_emitted`.
            DatabaseUnavailableError: it can't be stored.
        """
        if self.name not in service.manifest.events_emitted:
            raise ValueError(f"the manifest of {service.manifest.name} does not emit {self.name}")
        try:
            data: Any = self._type.check(payload)
        except InvalidValueError as error:
            raise PermanentError("payload_invalid", f"{self.name}: {error}") from None
        return await service.events.publish(self.name, data, correlation_id)
