"""The id of each request, and a line in the log about it."""

import logging
import re
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_module_runtime.engine.metrics import labels_of
from ai_module_runtime.http.metrics import METHODS, instance_of
from ai_module_runtime.logs import REQUEST, Line, log_fields
from ai_module_runtime.traces import ACTIVE, OpenSpan, active_trace, are_traces_on, span

if TYPE_CHECKING:
    from ai_module_runtime.host import Host

REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
# What monitoring asks for every few seconds.
SERVER_ERROR = 500
OF_MONITORING = frozenset({"/health", "/livez", "/readyz", "/metrics"})

logger = logging.getLogger("ai_module_runtime.http")


class RequestLog:
    """Answers with `x-request-id`, which is in every line about the request, and writes one line for each request, which it counts.

    At level `DEBUG` for monitoring, and in applications, which have their own.
    """

    def __init__(self, app: ASGIApp, host: "Host") -> None:
        self._app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else str(uuid4())
        # Not the scope's `state`: in an attached application that is the application's.
        scope[REQUEST] = {"id": request_id}
        started, status = monotonic(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).setdefault("x-request-id", request_id)
            await send(message)

        with log_fields(request_id=request_id), _traced(scope, headers) as opened:
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                logger.exception("request failed")
                raise
            finally:
                route = scope[REQUEST].get("route", "none")
                opened.rename(f"{scope['method']} {route}")
                opened.set("http.route", route)
                opened.set("http.response.status_code", status)
                if status >= SERVER_ERROR:
                    opened.fail(str(status))
                self._note(scope, status, monotonic() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, path = scope["method"], scope["path"]
        is_guest = self._host.settings.attached
        level = logging.DEBUG if is_guest or path in OF_MONITORING else logging.INFO
        logger.log(level, Line("request", method=method, path=path, status=status, duration_ms=round(seconds * 1000)))
        instance = instance_of(scope)
        names = {"method": method if method in METHODS else "other", "route": scope[REQUEST].get("route", "none")}
        metrics = self._host.metrics
        metrics.count("ai_http_requests_total", labels_of(**names, status=status), instance)
        metrics.observe("ai_http_request_duration_seconds", labels_of(**names), seconds, instance)


def _traced(scope: Scope, headers: Headers) -> AbstractContextManager[OpenSpan]:
    """A span below the application's own span of the request, or that of the client."""
    if not are_traces_on() or scope["path"] in OF_MONITORING:
        return nullcontext(OpenSpan())
    method = scope["method"]
    parent = dict(headers) if active_trace() is None else ACTIVE
    return span(method, "server", {"http.request.method": method}, parent=parent)
