"""HTTP/1.1 with errors in the format of the host, also for what is not HTTP, and limits for slow clients."""

import asyncio
import json
import sys
from http import HTTPStatus
from typing import Literal

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

TOO_LARGE = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
# How long a client may take for the head of a request, and for its body. The limits of the Node runtime.
SECONDS: dict[str, float] = {"head": 10, "body": 30}
MAX_CONNECTIONS = 4096


class JsonErrorProtocol(H11Protocol):
    """Answers malformed requests with 400 `bad_request`, too large heads with 431, and slow ones with 408."""

    _awaited: Literal["head", "body"] | None = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Refuse connections beyond the limit."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._await("head")

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._await(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for what is missing of the request."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the rest of a request that has begun; uvicorn waits for others."""
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        has_begun = self.conn.trailing_data[0] != b""
        if self.conn.their_state is h11.SEND_BODY:
            self._await("body")
        else:
            self._await("head" if self.conn.their_state is h11.IDLE and has_begun else None)

    def _await(self, part: Literal["head", "body"] | None) -> None:
        if part == self._awaited:
            return
        self._awaited = part
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if part is None else self.loop.call_later(SECONDS[part], self._refuse_slow)

    def _refuse_slow(self) -> None:
        if self.cycle is not None:
            # What the application sends after this is dropped.
            self.cycle.disconnected = True
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, "request_timeout")

    def send_400_response(self, msg: str) -> None:
        """Answer, unless an answer is being sent, and close the connection."""
        if getattr(sys.exception(), "error_status_hint", None) == TOO_LARGE:
            self._refuse(TOO_LARGE, "headers_too_large")
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "bad_request")

    def _refuse(self, status: HTTPStatus, code: str) -> None:
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = json.dumps({"detail": code}).encode()
            headers = [
                ("content-type", "application/json"),
                ("content-length", str(len(body))),
                ("connection", "close"),
            ]
            response = h11.Response(status_code=status, reason=status.phrase.encode(), headers=headers)
            for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
