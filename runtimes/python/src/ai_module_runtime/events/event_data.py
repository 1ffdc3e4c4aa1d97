"""Data of events that modules publish besides those of a job's life."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from app.core.event_bus import event_bus


class EventData(BaseModel):
    """Fields that a module declares for one of its events; more may be given."""

    model_config = ConfigDict(extra="allow")

    async def publish(self, event_name: str, source_module: str, correlation_id: str | None = None) -> None:
        """Publish an event with this data, leaving out what is None."""
        data: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        await event_bus.publish(event_name, data, source_module, correlation_id)
