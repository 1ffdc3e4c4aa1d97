"""The routes of routers, also of those that others include."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute


def routes_of(router: APIRouter, prefix: str = "") -> Iterator[tuple[str, APIRoute]]:
    """The routes of a router that is included under `prefix`, with their paths."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield f"{prefix}{route.path}", route
        else:
            # Newer versions of FastAPI keep an included router as one route.
            inner: Any = getattr(route, "original_router", None)
            context: Any = getattr(route, "include_context", None)
            if isinstance(inner, APIRouter):
                yield from routes_of(inner, f"{prefix}{getattr(context, 'prefix', '')}")


def served_by(router: APIRouter) -> set[str]:
    """The endpoints of a router, as `METHOD /path`."""
    return {f"{method} {path}" for path, route in routes_of(router) for method in route.methods or ()}
