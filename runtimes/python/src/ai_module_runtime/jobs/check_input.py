"""What can be stored as the input of a job."""

import json
from typing import Any

from ai_module_runtime.errors import InvalidInputError
from ai_module_runtime.json_depth import json_depth

MAX_DEPTH = 100


def check_input(input_data: dict[str, Any], options: dict[str, Any], max_bytes: int) -> None:
    """Check depth and size, and that the values are JSON.

    Raises:
        InvalidInputError: `too_deep`, `too_long` or `json_invalid`.
    """
    if any(json_depth(value) > MAX_DEPTH for value in (input_data, options)):
        raise InvalidInputError("too_deep", "Data is nested too deeply")
    try:
        size = sum(len(_json_text(value).encode()) for value in (input_data, options))
    except UnicodeEncodeError:
        raise InvalidInputError("json_invalid", "Data holds text that is not valid Unicode", ("body",)) from None
    except ValueError:
        raise InvalidInputError("json_invalid", "Data holds a number that is too large", ("body",)) from None
    if size > max_bytes:
        raise InvalidInputError("too_long", "Data is larger than allowed")


def _json_text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
