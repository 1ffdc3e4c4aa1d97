"""What every language reads the same way in JSON."""

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

MAX_SAFE_INTEGER = 2**53 - 1
MAX_DEPTH = 100
NOT_JSON_MESSAGE = "is not valid JSON"
TOO_DEEP_MESSAGE = f"is nested more than {MAX_DEPTH} levels deep"
UNUSABLE_TEXT = re.compile("[\x00\ud800-\udfff]")
UNPAIRED_SURROGATE = re.compile("[\ud800-\udfff]")


def json_depth(value: Any) -> int:
    """How deeply objects and arrays are nested in `value`; 0 for a scalar."""
    depth = 0
    # Without recursion: the client chooses the depth.
    level = [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return depth


def is_interoperable(value: Any) -> bool:
    """Whether all languages and databases can hold the value.

    False for a number outside the range of a double, an integer beyond ±(2^53 - 1), U+0000 and a lone surrogate.
    """
    return all(_is_usable(item) and _is_number(item) for item in _scalars(value))


def has_unpaired_surrogate(value: Any) -> bool:
    """Whether a string or key of a JSON value can't be sent: JSON in UTF-8 has no lone surrogates."""
    return any(isinstance(item, str) and UNPAIRED_SURROGATE.search(item) for item in _scalars(value))


def _scalars(value: Any) -> Iterator[Any]:
    """The keys and scalars of a JSON value. Without recursion: the client chooses the depth."""
    # What a module returns may refer to itself.
    seen: set[int] = set()
    level = [value]
    while level:
        following: list[Any] = []
        for item in level:
            if not isinstance(item, dict | list | tuple):
                yield item
            elif id(item) not in seen:
                seen.add(id(item))
                if isinstance(item, dict):
                    following += item.keys()
                    following += item.values()
                else:
                    following += item
        level = following


def _is_usable(item: Any) -> bool:
    return not isinstance(item, str) or UNUSABLE_TEXT.search(item) is None


def _is_number(item: Any) -> bool:
    if isinstance(item, bool):
        return True
    if isinstance(item, int):
        return abs(item) <= MAX_SAFE_INTEGER
    return not isinstance(item, float) or math.isfinite(item)


def number_text(value: float) -> str:
    """A number as JavaScript writes it: `3`, `1e-7`, `1e+21`; null if JSON has no such number."""
    try:
        value = float(value)
    except OverflowError:
        return "null"
    if not math.isfinite(value):
        return "null"
    if value == 0:
        return "0"
    text = repr(value)
    if 1e-6 <= abs(value) < 1e21:
        text = format(Decimal(text), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"
