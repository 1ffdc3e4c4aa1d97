"""Events as a black-box test sees them. Mounted with TEST_ENDPOINTS=1 only, never in production."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from ai_module_runtime.http.dependencies import HostDep
from ai_module_runtime.http.permissions import Admin

router = APIRouter(prefix="/test/events", tags=["test"])


class SeenEvent(BaseModel):
    """An event as it is stored."""

    model_config = ConfigDict(from_attributes=True)

    event_id: str
    name: str
    data: dict[str, Any]
    source_module: str
    correlation_id: str
    occurred_at: str


class SeenEvents(BaseModel):
    """The events that match, in the order in which they were published."""

    events: list[SeenEvent]


@router.get("", operation_id="test_events")
async def list_events(
    _admin: Admin, host: HostDep, correlation_id: str | None = None, name: str | None = None
) -> SeenEvents:
    """All events that are stored."""
    events = await host.store.list_events(correlation_id, name)
    return SeenEvents(events=[SeenEvent.model_validate(event) for event in events])
