"""Bodies of requests and responses about jobs; modules inherit from them under names of their own."""

import json
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from app.core.clock import UtcTime
from app.core.json_depth import json_depth
from app.jobs.states import JobStatus

MAX_DEPTH = 100
DEFAULT_MAX_INPUT_BYTES = 1_048_576


def _whole_number(value: Any) -> Any:
    """JSON has one kind of number: 5.0 is 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class ProcessRequest(BaseModel):
    """A request for work. Override `max_input_bytes` to bound it by the module's configuration."""

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

    @classmethod
    def max_input_bytes(cls) -> int:
        """How long the JSON text of `input_data` and `options` may be together."""
        return DEFAULT_MAX_INPUT_BYTES

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        error = _json_error([self.input_data, self.options], type(self).max_input_bytes())
        if error is not None:
            details = InitErrorDetails(type=error, loc=("input_data",), input=None)
            raise ValidationError.from_exception_data(type(self).__name__, [details])
        return self


def _json_error(values: list[dict[str, Any]], max_bytes: int) -> PydanticCustomError | None:
    if any(json_depth(value) > MAX_DEPTH for value in values):
        return PydanticCustomError("too_deep", "Data is nested too deeply")
    try:
        size = sum(len(_json_text(value).encode()) for value in values)
    except UnicodeEncodeError:
        return PydanticCustomError("string_unicode", "Data holds text that is not valid Unicode")
    except ValueError:
        return PydanticCustomError("finite_number", "Data holds a number that is too large")
    if size > max_bytes:
        return PydanticCustomError("too_long", "Data is larger than allowed")
    return None


def _json_text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


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
