"""The description of the API at `/openapi.json`, and as a page at `/docs` that loads nothing from other servers."""

import asyncio
import json
import re
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool

from ai_module_runtime.host import GUEST_PREFIX
from ai_module_runtime.http.errors import InvalidRequest, Refused
from ai_module_runtime.http.operations import EXTENSION
from ai_module_runtime.http.routes import KnownRoute, KnownRoutes

FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
DESCRIPTIONS = {
    401: "No valid token",
    403: "The user lacks the permission",
    422: "Everything that is wrong with the request",
    503: "Try again later",
}
REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')


def install_docs(app: FastAPI, routes: KnownRoutes) -> None:
    """Add both addresses to `app`. The document is made on the first request, in a thread: it may take seconds."""
    lock = asyncio.Lock()
    document: list[bytes] = []

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app, routes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

    @app.get("/openapi.json", include_in_schema=False)
    async def get_document(request: Request) -> Response:
        prefix = request.scope.get(GUEST_PREFIX, "")
        # Proxies may give each request another prefix.
        servers = json.dumps({"servers": [{"url": prefix}]}).encode()[:-1] + b", " if prefix else b"{"
        async with lock:
            if not document:
                document.append(await run_in_threadpool(lambda: json.dumps(openapi()).encode()))
        return Response(servers + document[0][1:], media_type="application/json")

    @app.get("/docs", include_in_schema=False)
    @app.get("/docs/", include_in_schema=False)
    async def get_page(request: Request) -> HTMLResponse:
        # Relative addresses, so that a host below a prefix works.
        root = "../" if request.url.path.endswith("/") else ""
        return get_swagger_ui_html(
            openapi_url=f"{root}openapi.json",
            title=app.title,
            swagger_js_url=f"{root}docs/swagger-ui-bundle.js",
            swagger_css_url=f"{root}docs/swagger-ui.css",
            swagger_favicon_url=f"{root}docs/favicon-32x32.png",
        )

    @app.get("/docs/{name}", include_in_schema=False)
    async def get_file(name: str) -> Response:
        if name not in FILES:
            raise HTTPException(404)
        content = (files("fastapi_swagger.resources") / name).read_bytes()
        return Response(content, media_type=FILES[name], headers={"Cache-Control": "max-age=86400"})


def _describe(app: FastAPI, routes: KnownRoutes) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    for route in routes:
        for method in route.methods:
            operation = document["paths"].get(route.path, {}).get(method.lower())
            if operation is not None:
                _add_errors(operation, route)
    _, schemas = models_json_schema(
        [(Refused, "serialization"), (InvalidRequest, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    components = document.setdefault("components", {}).setdefault("schemas", {})
    components.update(schemas["$defs"])
    for methods in document["paths"].values():
        for method, operation in methods.items():
            if EXTENSION in operation:
                own = json.loads(operation[EXTENSION])
                methods[method] = own["operation"]
                components.update(own["components"])
    _remove_unused(document["paths"], components)
    return document


def _remove_unused(paths: dict[str, Any], components: dict[str, Any]) -> None:
    """Remove components without a reference: schemas that FastAPI makes for models, and for errors in its own format."""
    used = set[str]()
    found = set(REFERENCE.findall(json.dumps(paths)))
    while found:
        used |= found
        found = {name for each in found for name in REFERENCE.findall(json.dumps(components[each]))} - used
    for name in components.keys() - used:
        del components[name]


def _add_errors(operation: dict[str, Any], route: KnownRoute) -> None:
    """The errors that the runtime answers for a route; those of the route itself are declared by it."""
    responses: dict[str, Any] = operation["responses"]
    for status in _statuses(route):
        responses.setdefault(str(status), _response(status, "Refused"))
    if "422" in responses:
        responses["422"] = _response(422, "InvalidRequest")
    operation["responses"] = dict(sorted(responses.items()))
    if route.takes_user and not route.needs_user:
        # An empty requirement: the token is optional.
        operation["security"] = [{}, *operation.get("security", [])]


def _statuses(route: KnownRoute) -> list[int]:
    if not route.needs_user:
        return []
    return [401, 403, 503] if route.permissions or route.needs_admin else [401, 503]


def _response(status: int, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": DESCRIPTIONS[status], "content": content}
