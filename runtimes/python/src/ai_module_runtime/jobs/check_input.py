"""What can be stored as the input and the output of a job."""

import json
from typing import Any

from ai_module_runtime.check_type import InvalidValueError, ValueType
from ai_module_runtime.engine.errors import PermanentError
from ai_module_runtime.errors import InvalidInputError
from ai_module_runtime.json_values import (
    MAX_DEPTH,
    NOT_JSON_MESSAGE,
    TOO_DEEP_MESSAGE,
    has_unpaired_surrogate,
    is_interoperable,
    json_depth,
)


def assert_json(*values: Any) -> None:
    """Check depth, and that the values are JSON that every language reads the same way.

    Raises:
        InvalidInputError: `too_deep` or `json_invalid`.
    """
    if any(json_depth(value) > MAX_DEPTH for value in values):
        raise InvalidInputError("too_deep", TOO_DEEP_MESSAGE)
    if not all(is_interoperable(value) for value in values):
        raise InvalidInputError("json_invalid", NOT_JSON_MESSAGE, ("body",))


def assert_size(max_bytes: int, *values: Any, loc: tuple[str, ...] = ("body", "input_data")) -> None:
    """Check the length of the values as JSON text, together.

    Raises:
        InvalidInputError: `too_long`.
    """
    if sum(len(_json_text(value).encode()) for value in values) > max_bytes:
        raise InvalidInputError("too_long", f"is longer than {max_bytes} bytes", loc)


def check_output(value_type: ValueType[Any] | None, output: Any) -> Any:
    """The output with the defaults of its type. Checks the type, then the text.

    Raises:
        PermanentError: `output_invalid`.
    """
    try:
        checked = output if value_type is None else value_type.check(output)
    except InvalidValueError as error:
        raise PermanentError("output_invalid", str(error)) from None
    if has_unpaired_surrogate(checked):
        raise PermanentError("output_invalid", "a string with an unpaired surrogate")
    return checked


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
