"""Bodies of requests and responses about jobs; modules inherit from them under names of their own."""

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from ai_module_runtime.clock import UtcTime
from ai_module_runtime.jobs.states import JobStatus


def _whole_number(value: Any) -> Any:
    """JSON has one kind of number: 5.0 is 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class ProcessRequest(BaseModel):
    """A request for work."""

    model_config = ConfigDict(extra="forbid")

    input_data: dict[str, Any] = Field(min_length=1, description="What to work on")
    options: dict[str, Any] = Field(default_factory=dict, description="How to work on it")
    priority: Annotated[int, BeforeValidator(_whole_number)] = Field(
        default=5,
        ge=1,
        le=10,
        strict=True,
        description="1 is the lowest, 10 the highest",
    )


class ProcessResponse(BaseModel):
    """The result of a job, or of work done at once (then `result_id` is null)."""

    model_config = ConfigDict(from_attributes=True)

    result_id: str | None = None
    output_data: dict[str, Any]
    metadata: dict[str, Any] = {}


class JobResponse(BaseModel):
    """A job as its owner sees it."""

    model_config = ConfigDict(from_attributes=True)

    job_id: str = Field(validation_alias=AliasChoices("job_id", "id"))
    status: JobStatus
    user_id: str
    created_at: UtcTime
    started_at: UtcTime | None
    completed_at: UtcTime | None
    failed_at: UtcTime | None
    cancelled_at: UtcTime | None
    error_code: str | None
    error_message: str | None
    progress_percent: int = Field(ge=0, le=100)
    attempt: int
    result_id: str | None


class JobListResponse(BaseModel):
    """A page of a user's jobs, newest first; modules narrow `jobs` to their own response."""

    model_config = ConfigDict(from_attributes=True)

    jobs: list[Any]
    total: int
    skip: int
    limit: int
    has_more: bool


class StatsResponse(BaseModel):
    """Counts over all users of a module, from the database."""

    model_config = ConfigDict(from_attributes=True)

    total_jobs: int
    pending_jobs: int
    processing_jobs: int
    completed_jobs: int
    failed_jobs: int
    cancelled_jobs: int
    avg_duration_ms: float
    uptime_seconds: float
