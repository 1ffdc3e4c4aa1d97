"""Values of modules whose manifest declares no types."""

from typing import Annotated, Any, TypeAlias

from pydantic import Field

JsonObject: TypeAlias = dict[str, Any]
"""Any JSON object."""

InputData: TypeAlias = Annotated[JsonObject, Field(min_length=1)]
"""The input of a module that declares no type: a JSON object with at least one key."""

OptionsData: TypeAlias = JsonObject
"""The options of a module that declares no type."""

OutputData: TypeAlias = JsonObject
"""The output of a module that declares no type."""
