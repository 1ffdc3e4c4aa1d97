"""Prints the routes of an application, for example `python_routes.py app.main:app` or `app.main:create_app()`."""

import importlib
import sys
from collections.abc import Iterable, Iterator
from typing import Any

sys.path.insert(0, ".")
module, _, expression = sys.argv[1].partition(":")
name, is_factory = expression.removesuffix("()"), expression.endswith("()")
app = getattr(importlib.import_module(module), name)


def lines_of(routes: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """Newer versions of FastAPI keep included routers; mounted applications have routes of their own."""
    for route in routes:
        if hasattr(route, "effective_route_contexts"):
            yield from lines_of(route.effective_route_contexts(), prefix)
            continue
        path = prefix + getattr(route, "path", "")
        for method in sorted(getattr(route, "methods", None) or []):
            yield f"{method} {path}"
        yield from lines_of(getattr(route, "routes", None) or [], path)


print("\n".join(lines_of((app() if is_factory else app).routes)))
