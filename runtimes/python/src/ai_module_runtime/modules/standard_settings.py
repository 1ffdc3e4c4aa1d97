"""Types of the keys that every module's configuration has, and what modules declare their own keys with."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema


@dataclass(frozen=True)
class OneOf:
    """Allows only some values, of any type; text from the environment is converted first."""

    values: tuple[Any, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Check after the type."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self,
        schema: core_schema.CoreSchema,
        handler: GetJsonSchemaHandler,
    ) -> dict[str, Any]:
        """The values as `enum`."""
        return {**handler(schema), "enum": list(self.values)}

    def _check(self, value: Any) -> Any:
        if value not in self.values:
            raise PydanticCustomError("enum", "Input should be one of the allowed values")
        return value


def one_of(*values: Any) -> OneOf:
    """For `Annotated`: the values that a key may have."""
    return OneOf(values)


TimeoutSeconds = Annotated[float, Field(ge=0.01, le=3600, description="Longest duration of one attempt, in seconds")]
RetryAttempts = Annotated[int, Field(ge=0, le=10, description="Attempts after the first one")]
RetryDelaySeconds = Annotated[
    float, Field(ge=0, le=86_400, description="Pause before the first retry; doubled for each next one")
]
RetentionDays = Annotated[int, Field(ge=1, le=3_650, description="Days that ended jobs and their results are kept")]
MaxPendingJobs = Annotated[int, Field(ge=1, le=1_000_000, description="Active jobs that one user may have")]
MaxInputBytes = Annotated[
    int, Field(ge=1, le=2_097_152, description="Longest JSON text of input_data and options, in bytes")
]
# The manifest may list other providers than the standard ones.
Provider = Annotated[str, Field(description="Where the work is done")]
Model = Annotated[str, Field(min_length=1, description="The provider's model")]
BaseUrl = Annotated[str, Field(pattern=r"^https?://", description="The provider's address")]
ApiKeyEnv = Annotated[str, Field(min_length=1, description="The environment variable that holds the provider's key")]
