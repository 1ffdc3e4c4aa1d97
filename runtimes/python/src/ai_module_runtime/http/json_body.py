"""Refuses bodies that are too large or not JSON."""

import json
from typing import NoReturn

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive

from ai_module_runtime.http.errors import validation_response
from ai_module_runtime.json_values import is_interoperable, json_depth

MAX_BODY_BYTES = 2 * 1024 * 1024
# The framework parses the body again, deeper in the stack: stay well below Python's recursion limit.
MAX_PARSED_DEPTH = 400


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


def refuse_body(body: bytes | None, headers: Headers) -> Response | None:
    """The 422 for a body that is not accepted; None for a good one."""
    if body is None:
        return validation_response(("body",), f"Body should have at most {MAX_BODY_BYTES} bytes", "too_long")
    if not body or "json" not in headers.get("content-type", ""):
        return None
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except RecursionError:
        return validation_response(("body",), "Body is nested too deeply", "too_deep")
    except ValueError:
        return validation_response(("body",), "JSON decode error", "json_invalid")
    if json_depth(value) > MAX_PARSED_DEPTH:
        return validation_response(("body",), "Body is nested too deeply", "too_deep")
    if not is_interoperable(value):
        return validation_response(("body",), "A number or text that JSON cannot carry", "json_invalid")
    return None


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
