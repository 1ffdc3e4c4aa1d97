"""Columns that every module's job and result tables have; the tables themselves are the modules'."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from ai_module_runtime.clock import utcnow
from ai_module_runtime.db.database import UTCDateTime
from ai_module_runtime.jobs.states import JobStatus


def new_id() -> str:
    """A random UUID as text."""
    return str(uuid.uuid4())


def id_from_event(module: str, event_id: str) -> str:
    """The id of the job that an event starts in a module: a second delivery gives the same job."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{module}:{event_id}"))


class JobRow(SQLModel):
    """A job. It is not started before `due_at`; from `requeue_at` on it counts as forgotten and is queued again."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    user_id: str = Field(max_length=255)
    status: str = Field(default=JobStatus.PENDING, max_length=16)
    priority: int = Field(default=5)
    input_data: dict[str, Any] = Field(sa_type=JSON)
    options: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)

    attempt: int = Field(default=0)
    claim_token: str | None = Field(default=None, max_length=36)
    lease_expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    due_at: datetime = Field(default_factory=utcnow, sa_type=UTCDateTime)
    requeue_at: datetime = Field(default_factory=utcnow, sa_type=UTCDateTime)

    progress_percent: int = Field(default=0)
    error_code: str | None = Field(default=None, max_length=64)
    error_message: str | None = Field(default=None, max_length=255)
    result_id: str | None = Field(default=None, max_length=36)
    duration_ms: int | None = Field(default=None)

    created_at: datetime = Field(default_factory=utcnow, sa_type=UTCDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    failed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ResultRow(SQLModel):
    """The result of a completed job. `details` is the `metadata` of the response: SQLAlchemy reserves that name."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    job_id: str = Field(max_length=36, unique=True)
    user_id: str = Field(max_length=255)
    output_data: dict[str, Any] = Field(sa_type=JSON)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(default_factory=utcnow, sa_type=UTCDateTime)


def job_indexes(table: str) -> tuple[Index, Index]:
    """Indexes for a user's list and for the search for forgotten jobs."""
    return (
        Index(f"{table}_owner", "user_id", "created_at", "id"),
        Index(f"{table}_state", "status", "requeue_at"),
    )
