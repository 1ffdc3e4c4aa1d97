"""What can be stored as the input of a job."""

import json
from typing import Any

from ai_module_runtime.errors import InvalidInputError
from ai_module_runtime.json_values import MAX_DEPTH, NOT_JSON_MESSAGE, TOO_DEEP_MESSAGE, is_interoperable, json_depth


def check_input(input_data: dict[str, Any], options: dict[str, Any], max_bytes: int) -> None:
    """Check depth and size, and that the values are JSON that every language reads the same way.

    Raises:
        InvalidInputError: `too_deep`, `too_long` or `json_invalid`.
    """
    values = (input_data, options)
    if any(json_depth(value) > MAX_DEPTH for value in values):
        raise InvalidInputError("too_deep", TOO_DEEP_MESSAGE)
    if not all(is_interoperable(value) for value in values):
        raise InvalidInputError("json_invalid", NOT_JSON_MESSAGE, ("body",))
    if sum(len(_json_text(value).encode()) for value in values) > max_bytes:
        raise InvalidInputError("too_long", f"Longer than {max_bytes} bytes")


def _json_text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
