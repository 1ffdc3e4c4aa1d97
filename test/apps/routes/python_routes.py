"""Prints the routes of an application, for example `python_routes.py app.main:app` or `app.main:create_app()`."""

import importlib
import sys
from collections.abc import Iterator

sys.path.insert(0, ".")
module, _, expression = sys.argv[1].partition(":")
name, is_factory = expression.removesuffix("()"), expression.endswith("()")
app = getattr(importlib.import_module(module), name)


def lines_of(routes: list, prefix: str = "") -> Iterator[str]:
    """Mounted applications of files have no routes."""
    for route in routes:
        path = prefix + getattr(route, "path", "")
        for method in sorted(getattr(route, "methods", None) or []):
            yield f"{method} {path}"
        if getattr(route, "routes", None):
            yield from lines_of(route.routes, path)


print("\n".join(lines_of((app() if is_factory else app).routes)))
