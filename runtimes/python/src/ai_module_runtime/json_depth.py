"""How deeply a JSON value is nested."""

from typing import Any


def json_depth(value: Any) -> int:
    """How deeply objects and arrays are nested in `value`; 0 for a scalar."""
    depth = 0
    level = [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return depth
