"""Events as a black-box test sees them. Mounted with TEST_ENDPOINTS=1 only, never in production."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from app.api.dependencies import Admin
from app.models.recorded_event import recorded_events

router = APIRouter(prefix="/test/events", tags=["test"])

GROUP = "test_events"


class SeenEvent(BaseModel):
    """An event that went over the bus."""

    model_config = ConfigDict(from_attributes=True)

    event_id: str
    name: str
    data: dict[str, Any]
    source_module: str
    correlation_id: str | None
    occurred_at: str


class SeenEvents(BaseModel):
    """The events that match, in the order in which they were published."""

    events: list[SeenEvent]


@router.get("")
async def list_events(_admin: Admin, correlation_id: str | None = None, name: str | None = None) -> SeenEvents:
    """All events that went over the bus."""
    events = await recorded_events(correlation_id, name)
    return SeenEvents(events=[SeenEvent.model_validate(event) for event in events])
