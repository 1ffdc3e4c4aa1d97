"""What schemathesis can't read from the OpenAPI document."""

from typing import Any

import schemathesis

MAX_SAFE_INTEGER = 2**53 - 1


def is_interoperable(value: Any) -> bool:
    if isinstance(value, dict):
        return all(is_interoperable(item) for item in value.values())
    if isinstance(value, list):
        return all(is_interoperable(item) for item in value)
    return not isinstance(value, int) or abs(value) <= MAX_SAFE_INTEGER


@schemathesis.hook
def filter_body(_context: Any, body: Any) -> bool:
    """A schema of any object can't say that the integers in it are within ±(2^53 - 1)."""
    return is_interoperable(body)
