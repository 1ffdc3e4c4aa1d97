"""What is decided about a request before its body is read."""

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_module_runtime.engine.database import request_time
from ai_module_runtime.errors import HttpError
from ai_module_runtime.http.errors import error_response
from ai_module_runtime.http.json_body import read_body, refuse_body
from ai_module_runtime.http.permissions import assert_admin, assert_may, identify
from ai_module_runtime.http.routes import KnownRoute, KnownRoutes
from ai_module_runtime.logs import REQUEST
from ai_module_runtime.settings import API_PREFIX

if TYPE_CHECKING:
    from ai_module_runtime.host import Host

# The limit of Node, which counts the same.
MAX_HEADER_BYTES = 16 * 1024
DISCARD_BYTES = 32 * 1024 * 1024
DISCARD_SECONDS = 5.0
MALFORMED_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
OWN_PATHS = frozenset(
    {
        "/health",
        "/livez",
        "/readyz",
        "/metrics",
        "/dead-letters",
        "/console",
        "/console/",
        "/docs",
        "/docs/",
        "/openapi.json",
    }
)
# The methods that Node can parse, so that both runtimes refuse the same.
METHODS = frozenset(
    [
        "ACL",
        "BIND",
        "CHECKOUT",
        "COPY",
        "DELETE",
        "GET",
        "HEAD",
        "LINK",
        "LOCK",
        "M-SEARCH",
        "MERGE",
        "MKACTIVITY",
        "MKCALENDAR",
        "MKCOL",
        "MOVE",
        "NOTIFY",
        "OPTIONS",
        "PATCH",
        "POST",
        "PROPFIND",
        "PROPPATCH",
        "PURGE",
        "PUT",
        "QUERY",
        "REBIND",
        "REPORT",
        "SEARCH",
        "SOURCE",
        "SUBSCRIBE",
        "TRACE",
        "UNBIND",
        "UNLINK",
        "UNLOCK",
        "UNSUBSCRIBE",
    ]
)


class RequestGuard:
    """Refuses in this order: malformed addresses, callers without a token or a permission, and bad bodies.

    It reads the body once, and hands it on. HEAD is answered like GET, without the body.
    """

    def __init__(self, app: ASGIApp, host: "Host", routes: KnownRoutes) -> None:
        self._app = app
        self._host = host
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is refused, else call the application."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if scope["method"] == "HEAD" and (scope["path"].startswith(API_PREFIX) or scope["path"] in OWN_PATHS):
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        route = self._routes.find(scope["method"], scope["path"])
        if route is not None and route.is_available:
            scope[REQUEST]["route"] = route.path
        refusal = _refuse_head(scope) or _refuse_unknown(scope, route) or await self._refuse_caller(scope, route)
        if refusal is not None:
            return await answer_at_once(refusal, scope, receive, send)
        if scope["method"] == "GET":
            # The body of a GET has no meaning.
            await _discard(receive)
            body: bytes | None = b""
        else:
            body = await read_body(receive)
            refusal = refuse_body(body, Headers(scope=scope), is_json=route is not None and route.takes_json)
            if refusal is not None:
                return await refusal(scope, receive, send)
        with request_time():
            await self._app(scope, _replay(body or b"", receive), send)

    async def _refuse_caller(self, scope: Scope, route: KnownRoute | None) -> Response | None:
        if route is None or not route.needs_user:
            return None
        request = Request(scope)
        try:
            user = await identify(request, self._host)
            if route.needs_admin:
                assert_admin(user)
            for permission in route.permissions:
                await assert_may(request, self._host, user, permission)
        except HttpError as error:
            return error_response(error.status, error.code, error.headers)
        return None


def _refuse_head(scope: Scope) -> Response | None:
    """400 for an unknown method, a malformed address, and two lengths of the body; 431 for headers that are too large."""
    address = scope.get("raw_path") or b""
    headers = scope["headers"]
    size = len(address) + len(scope.get("query_string") or b"") + sum(len(name) + len(value) for name, value in headers)
    if size > MAX_HEADER_BYTES:
        return error_response(431, "headers_too_large")
    has_two_lengths = {b"content-length", b"transfer-encoding"} <= {name for name, _ in headers}
    if scope["method"] not in METHODS or has_two_lengths or not scope["path"].startswith(("/", "*")):
        return error_response(400, "bad_request")
    for part in (address, scope.get("query_string") or b""):
        if b"%" not in part:
            continue
        try:
            unquote_to_bytes(part).decode()
        except UnicodeDecodeError:
            return error_response(400, "bad_request")
        if MALFORMED_ESCAPE.search(part):
            return error_response(400, "bad_request")
    return None


def _refuse_unknown(scope: Scope, route: KnownRoute | None) -> Response | None:
    """404 for an escaped slash and where no route of the application is; 503 for a module that is not started."""
    is_escaped = b"%2f" in (scope.get("raw_path") or b"").lower()
    known = route is not None or any(each.matches(scope)[0] is Match.FULL for each in scope["app"].routes)
    if is_escaped or not known:
        return error_response(404, "not_found")
    return error_response(503, "module_unavailable") if route is not None and not route.is_available else None


async def answer_at_once(refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer before the body, then read on without keeping it: many clients look for the answer only after they sent it."""

    async def keep_open(message: Message) -> None:
        await send({**message, "more_body": True} if message["type"] == "http.response.body" else message)

    await refusal(scope, receive, keep_open)
    await _discard(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _discard(receive: Receive) -> None:
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_SECONDS):
            while size < DISCARD_BYTES:
                message = await receive()
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def _without_body(send: Send) -> Send:
    async def send_headers(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_headers


def _replay(body: bytes, receive: Receive) -> Receive:
    message: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def replay() -> Message:
        nonlocal message
        first, message = message, None
        return first if first is not None else await receive()

    return replay
