"""Data of events that modules publish besides those of a job's life."""

from pydantic import BaseModel, ConfigDict


class EventData(BaseModel):
    """Fields that a module declares for one of its events; more may be given. Publish it with `ModuleEvents`."""

    model_config = ConfigDict(extra="allow")
