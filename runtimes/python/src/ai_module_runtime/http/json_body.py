"""Refuses bodies that are too large or not JSON."""

import json
import re
from typing import NoReturn

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive

from ai_module_runtime.http.errors import validation_response
from ai_module_runtime.json_values import MAX_DEPTH, NOT_JSON_MESSAGE, TOO_DEEP_MESSAGE, is_interoperable, json_depth

MAX_BODY_BYTES = 2 * 1024 * 1024
JSON_TYPE = re.compile(r"application/([\w.-]+\+)?json\s*(;|$)", re.ASCII | re.IGNORECASE)


async def read_body(receive: Receive) -> bytes | None:
    """The whole body, or None if it is larger than allowed."""
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


def refuse_body(body: bytes | None, headers: Headers, *, is_json: bool) -> Response | None:
    """The 422 for a body that is not accepted; None for a good one.

    With `is_json`, bodies of any other content type, and those that are nested too deeply, are refused; without it, they
    are not looked at.
    """
    if body is None:
        return validation_response(("body",), f"is longer than {MAX_BODY_BYTES} bytes", "too_long")
    if not body:
        return None
    if not JSON_TYPE.match(headers.get("content-type", "")):
        return _not_json() if is_json else None
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except RecursionError:
        return _too_deep() if is_json else None
    except ValueError:
        return _not_json()
    if not is_interoperable(value):
        return _not_json()
    return _too_deep() if is_json and json_depth(value) > MAX_DEPTH else None


def _not_json() -> Response:
    return validation_response(("body",), NOT_JSON_MESSAGE, "json_invalid")


def _too_deep() -> Response:
    return validation_response(("body",), TOO_DEEP_MESSAGE, "too_deep")


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
