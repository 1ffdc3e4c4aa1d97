"""What is known of routes before they are called: who may call them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from ai_module_runtime.http.permissions import PermissionCheck, get_current_user, get_optional_user, require_admin
from ai_module_runtime.http.route_tree import routes_of
from ai_module_runtime.modules.orchestrator import refuse_unavailable
from ai_module_runtime.settings import API_PREFIX

MODULES_PREFIX = f"{API_PREFIX}/modules/"


@dataclass(frozen=True)
class KnownRoute:
    """A route with its guards."""

    path: str
    methods: frozenset[str]
    pattern: re.Pattern[str]
    takes_user: bool
    needs_user: bool
    needs_admin: bool
    permissions: tuple[str, ...]
    takes_json: bool
    is_available: bool

    def matches(self, method: str, path: str) -> bool:
        """Whether the route answers a request."""
        return method in self.methods and self.pattern.match(path) is not None


class KnownRoutes:
    """The routes of a host and its modules, by the module's name, because there may be thousands."""

    def __init__(self) -> None:
        self._of_host: list[KnownRoute] = []
        self._of_module: dict[str, list[KnownRoute]] = {}

    def __iter__(self) -> Iterator[KnownRoute]:
        yield from self._of_host
        for routes in self._of_module.values():
            yield from routes

    def add(self, router: APIRouter, prefix: str, module: str | None = None) -> None:
        """Note the routes of a router that is included under `prefix`."""
        routes = [_known(path, route) for path, route in routes_of(router, prefix)]
        if module is None:
            self._of_host += routes
        else:
            self._of_module.setdefault(module, []).extend(routes)

    def find(self, method: str, path: str) -> KnownRoute | None:
        """The first route that answers a request."""
        routes = self._of_host
        if path.startswith(MODULES_PREFIX):
            name = path.removeprefix(MODULES_PREFIX).partition("/")[0]
            routes = [*routes, *self._of_module.get(name, ())]
        return next((route for route in routes if route.matches(method, path)), None)


def _known(path: str, route: APIRoute) -> KnownRoute:
    pattern, path_format, _ = compile_path(path)
    calls = list(_calls_of(route.dependant))
    checks = dict.fromkeys(call.permission for call in calls if isinstance(call, PermissionCheck))
    return KnownRoute(
        path=path_format,
        methods=frozenset(route.methods or ()),
        pattern=pattern,
        takes_user=get_optional_user in calls,
        needs_user=get_current_user in calls,
        needs_admin=require_admin in calls,
        permissions=tuple(checks),
        is_available=route.endpoint is not refuse_unavailable,
        takes_json=route.body_field is not None and not isinstance(route.body_field.field_info, Form),
    )


def _calls_of(dependant: Dependant) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls_of(dependency)
