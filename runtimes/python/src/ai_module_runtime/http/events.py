"""Publishing events of the host, such as user.deleted."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from ai_module_runtime.http.dependencies import HostDep
from ai_module_runtime.http.permissions import Admin
from ai_module_runtime.jobs.routing import check_uuid
from ai_module_runtime.modules.manifest import EVENT_PATTERN

router = APIRouter(prefix="/events", tags=["host"])

SOURCE = "host"


class PublishRequest(BaseModel):
    """An event to publish. Publishing again with the same `event_id` gives no second effect."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=EVENT_PATTERN, max_length=255)
    data: dict[str, Any]
    event_id: (
        Annotated[str, AfterValidator(check_uuid), WithJsonSchema({"type": "string", "format": "uuid"})] | None
    ) = None
    correlation_id: str | None = Field(default=None, min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")


class PublishResponse(BaseModel):
    """The id of the event that was accepted."""

    event_id: str


@router.post("", operation_id="publish_event", status_code=202)
async def publish_event(body: PublishRequest, _admin: Admin, host: HostDep) -> PublishResponse:
    """Publish an event in the name of the host."""
    event_id = body.event_id.lower() if body.event_id else None
    event = await host.events.publish(body.name, body.data, SOURCE, body.correlation_id, event_id)
    return PublishResponse(event_id=event.event_id)
