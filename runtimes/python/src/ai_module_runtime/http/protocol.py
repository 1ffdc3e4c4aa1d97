"""HTTP/1.1 with errors in the format of the host, also for what is not HTTP."""

import json
import sys
from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

TOO_LARGE = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class JsonErrorProtocol(H11Protocol):
    """Answers malformed requests with 400 `bad_request`, and with 431 `headers_too_large` if they are too large."""

    def send_400_response(self, msg: str) -> None:
        """Answer, unless an answer is being sent, and close the connection."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            is_too_large = getattr(sys.exception(), "error_status_hint", None) == TOO_LARGE
            status = TOO_LARGE if is_too_large else HTTPStatus.BAD_REQUEST
            body = json.dumps({"detail": "headers_too_large" if is_too_large else "bad_request"}).encode()
            headers = [
                ("content-type", "application/json"),
                ("content-length", str(len(body))),
                ("connection", "close"),
            ]
            response = h11.Response(status_code=status, reason=status.phrase.encode(), headers=headers)
            for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
