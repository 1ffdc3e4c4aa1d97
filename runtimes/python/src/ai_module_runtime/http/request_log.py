"""The id of each request, and a line in the log about it."""

import logging
import re
from time import monotonic
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_module_runtime.logs import Line, log_fields

REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
# What monitoring asks for every few seconds.
OF_MONITORING = frozenset({"/health", "/livez", "/readyz", "/metrics"})

logger = logging.getLogger("ai_module_runtime.http")


class RequestLog:
    """Answers with `x-request-id`, which is in every line about the request, and writes one line for each request.

    At level `DEBUG` for monitoring, and in applications, which have their own.
    """

    def __init__(self, app: ASGIApp, *, is_guest: bool) -> None:
        self._app = app
        self._is_guest = is_guest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else str(uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = monotonic(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).setdefault("x-request-id", request_id)
            await send(message)

        with log_fields(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                logger.exception("request failed")
                raise
            finally:
                path = scope["path"]
                duration_ms = round((monotonic() - started) * 1000)
                level = logging.DEBUG if self._is_guest or path in OF_MONITORING else logging.INFO
                logger.log(
                    level, Line("request", method=scope["method"], path=path, status=status, duration_ms=duration_ms)
                )
