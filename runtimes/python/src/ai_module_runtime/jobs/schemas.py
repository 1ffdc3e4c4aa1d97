"""Bodies of requests and responses about jobs; modules inherit from them under names of their own."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
    create_model,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from ai_module_runtime.check_type import InvalidValueError, ValueType
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


@dataclass(frozen=True)
class TypedValue:
    """For `Annotated`: a JSON object that fits a type of `schemas.py`, with the messages of `check_type`."""

    value_type: ValueType[Any]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check it as a whole."""
        return core_schema.no_info_plain_validator_function(
            self._check, json_schema_input_schema=core_schema.dict_schema()
        )

    def _check(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise PydanticCustomError("dict_type", "must be an object")
        try:
            return self.value_type.check(value)
        except InvalidValueError as error:
            details = [
                # pydantic_core wants a literal; the text has no placeholders.
                InitErrorDetails(type=PydanticCustomError(kind, message, {"final": True}), loc=loc, input=None)
                for loc, kind, message in error.problems
            ]
            raise ValidationError.from_exception_data("value", details) from None


def typed_request(
    name: str, input_type: ValueType[Any] | None, options_type: ValueType[Any] | None
) -> type[ProcessRequest]:
    """`ProcessRequest` with these types; None is any JSON object."""
    fields: dict[str, Any] = {}
    if input_type is not None:
        fields["input_data"] = (Annotated[dict[str, Any], TypedValue(input_type)], Field(description="What to work on"))
    if options_type is not None:
        options = Field(default_factory=dict, validate_default=True, description="How to work on it")
        fields["options"] = (Annotated[dict[str, Any], TypedValue(options_type)], options)
    return create_model(name, __base__=ProcessRequest, __doc__="A request for work.", **fields)


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
