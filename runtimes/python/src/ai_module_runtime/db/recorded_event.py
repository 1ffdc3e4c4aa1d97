"""Events as the test endpoint shows them."""

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from ai_module_runtime.db.database import Database
from ai_module_runtime.events.event_bus import Event


class RecordedEvent(SQLModel, table=True):
    """An event that went over the bus while TEST_ENDPOINTS was set."""

    __tablename__ = "test_events"

    id: int | None = Field(default=None, primary_key=True)
    event_id: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=255)
    data: dict[str, Any] = Field(sa_type=JSON)
    source_module: str = Field(max_length=64)
    correlation_id: str | None = Field(default=None, max_length=255, index=True)
    occurred_at: str = Field(max_length=32)


async def record_event(database: Database, event: Event) -> None:
    """Store an event; a second delivery of the same one is ignored."""
    recorded = RecordedEvent(
        event_id=event.event_id,
        name=event.name,
        data=event.data,
        source_module=event.source_module,
        correlation_id=event.correlation_id,
        occurred_at=event.occurred_at,
    )
    try:
        async with database.session() as session:
            session.add(recorded)
    except IntegrityError:
        return


async def recorded_events(database: Database, correlation_id: str | None, name: str | None) -> list[RecordedEvent]:
    """The stored events in the order in which they were published."""
    query = select(RecordedEvent).order_by(col(RecordedEvent.occurred_at), col(RecordedEvent.id))
    if correlation_id is not None:
        query = query.where(RecordedEvent.correlation_id == correlation_id)
    if name is not None:
        query = query.where(RecordedEvent.name == name)
    async with database.session() as session:
        return list(await session.exec(query))
