"""Every error body of the host: a stable code, never the text of an exception."""

import logging
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from ai_module_runtime.check_type import problem_of
from ai_module_runtime.engine.errors import DatabaseUnavailableError, JobError, PermanentError
from ai_module_runtime.errors import RETRY_AFTER, HttpError, InvalidInputError
from ai_module_runtime.json_values import NOT_JSON_MESSAGE
from ai_module_runtime.logs import REQUEST

logger = logging.getLogger(__name__)

# Pydantic has several names for the same problem of a client.
ERROR_TYPES = {"model_attributes_type": "dict_type", "model_type": "dict_type"}
# Problems that only requests have; the others are those of types.
MESSAGES = {
    "int_parsing": "must be an integer",
    "string_pattern_mismatch": "has an invalid format",
    "uuid_parsing": "must be a UUID",
}
# What JSON can say and nobody can store: numbers beyond all bounds, half characters.
NOT_JSON = {"finite_number", "string_unicode"}


class Refused(BaseModel):
    """The body of every error but 422."""

    detail: str


class ErrorItem(BaseModel):
    """One thing that is wrong with a request."""

    loc: list[str | int]
    msg: str
    type: str


class InvalidRequest(BaseModel):
    """The body of a 422."""

    detail: list[ErrorItem]


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors that a route answers itself, for its `responses`: `responses=error_responses(404, 409)`.

    Those that the runtime answers (401, 403, 422, 503) are documented without it.
    """
    return {status: {"model": Refused, "description": HTTPStatus(status).phrase} for status in statuses}


def error_response(status_code: int, detail: Any, headers: dict[str, str] | None = None) -> JSONResponse:
    """The response for an error; `detail` is a code, or the list of a 422."""
    return JSONResponse({"detail": detail}, status_code, headers)


def validation_response(loc: tuple[str | int, ...], message: str, error_type: str) -> JSONResponse:
    """A 422 with a single entry."""
    return error_response(422, [{"loc": list(loc), "msg": message, "type": error_type}])


async def _on_http_error(_request: Request, error: Exception) -> JSONResponse:
    refusal = cast("HttpError", error)
    return error_response(refusal.status, refusal.code, refusal.headers)


async def _on_invalid_input(_request: Request, error: Exception) -> JSONResponse:
    problems = cast("InvalidInputError", error).problems
    return error_response(
        422, [{"loc": list(loc), "msg": msg, "type": error_type} for loc, error_type, msg in problems]
    )


async def _on_job_error(_request: Request, error: Exception) -> JSONResponse:
    """Work that was done within the request has failed."""
    failure = cast("JobError", error)
    if failure.code == "timeout":
        return error_response(504, failure.code)
    logger.warning("work failed: %s", failure)
    if isinstance(failure, PermanentError):
        return error_response(502, failure.code)
    return error_response(503, failure.code, RETRY_AFTER)


async def _on_http_exception(_request: Request, error: Exception) -> JSONResponse:
    status_code = cast("HTTPException", error).status_code
    if status_code in (404, 405):
        return error_response(404, "not_found")
    return error_response(status_code, f"http_{status_code}")


async def _on_validation_error(_request: Request, error: Exception) -> JSONResponse:
    problems = cast("RequestValidationError", error).errors()
    unreadable = next((item for item in problems if item["type"] in NOT_JSON), None)
    if unreadable is not None:
        return validation_response(("body",), NOT_JSON_MESSAGE, "json_invalid")
    return error_response(422, [_item(problem) for problem in problems])


def _item(problem: Any) -> dict[str, Any]:
    loc, kind, msg = problem["loc"], problem["type"], problem["msg"]
    if kind in MESSAGES:
        msg = MESSAGES[kind]
    elif not problem.get("ctx", {}).get("final"):
        loc, kind, msg = problem_of({**problem, "type": ERROR_TYPES.get(kind, kind)}, unknown=kind)
    return {"loc": list(loc), "msg": msg, "type": kind}


async def _on_database_error(request: Request, error: Exception) -> JSONResponse:
    host = request.app.state.host
    # In a statement of a module; those of the runtime are explained already.
    problem = await host.database.explain(error, call=getattr(error, "statement", None))
    if problem is None:
        logger.error("request failed", exc_info=error)
        return error_response(500, "internal_error")
    # Writes one line when an outage begins.
    host.outage.failed(problem)
    return error_response(503, problem.code, RETRY_AFTER)


async def _on_exception(request: Request, _error: Exception) -> JSONResponse:
    # Outside of the middleware that adds the id to other answers, and that has logged the error.
    return error_response(500, "internal_error", {"x-request-id": request.scope[REQUEST]["id"]})


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of `app` answer in the host's format."""
    app.add_exception_handler(HttpError, _on_http_error)
    app.add_exception_handler(InvalidInputError, _on_invalid_input)
    app.add_exception_handler(JobError, _on_job_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    for error_class in (DatabaseUnavailableError, DBAPIError, PoolTimeoutError):
        app.add_exception_handler(error_class, _on_database_error)
    app.add_exception_handler(OSError, _on_database_error)
    app.add_exception_handler(Exception, _on_exception)
