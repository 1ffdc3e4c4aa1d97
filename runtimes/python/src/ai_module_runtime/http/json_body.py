"""Refuses bodies that are too large or not JSON, before anything else looks at a request."""

import json
from typing import NoReturn

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_module_runtime.http.errors import validation_response
from ai_module_runtime.json_depth import json_depth

MAX_BODY_BYTES = 2 * 1024 * 1024
# The framework parses the body again, deeper in the stack: stay well below Python's recursion limit.
MAX_PARSED_DEPTH = 400


class JsonBodyMiddleware:
    """Reads the body once, checks it and hands it on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 422 to a bad body, else call the application with the body already read."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        body = await _read_body(receive)
        refusal = _refusal(body, Headers(scope=scope))
        if refusal is not None:
            return await refusal(scope, receive, send)

        message: Message | None = {"type": "http.request", "body": body, "more_body": False}

        async def replay() -> Message:
            nonlocal message
            first, message = message, None
            return first if first is not None else await receive()

        await self.app(scope, replay, send)


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body, or None when it is larger than allowed."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks) if size <= MAX_BODY_BYTES else None


def _refusal(body: bytes | None, headers: Headers) -> Response | None:
    if body is None:
        return validation_response(("body",), f"Body should have at most {MAX_BODY_BYTES} bytes", "too_long")
    if not body or "json" not in headers.get("content-type", ""):
        return None
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except RecursionError:
        return validation_response(("body",), "Body is nested too deeply", "too_deep")
    except ValueError:
        return validation_response(("body",), "JSON decode error", "json_invalid")
    if json_depth(value) > MAX_PARSED_DEPTH:
        return validation_response(("body",), "Body is nested too deeply", "too_deep")
    return None


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
