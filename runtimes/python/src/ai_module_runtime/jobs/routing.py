"""What the endpoints of all modules are made of."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from ai_module_runtime.jobs.states import JobStatus
from ai_module_runtime.settings import API_PREFIX

MAX_SKIP = 2**53 - 1
MAX_LIMIT = 100
INTEGER = re.compile(r"(-?)0*([0-9]+)")
# Python doesn't convert texts of more than 4,300 digits; so many are out of every range.
MAX_DIGITS = 20
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _read_integer(value: Any) -> Any:
    match = INTEGER.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("int_parsing", "must be an integer")
    sign, digits = match.groups()
    return int(f"{sign}{digits[:MAX_DIGITS]}")


def check_uuid(value: Any) -> Any:
    """Refuse text that is not a UUID of 36 characters, for validators."""
    if isinstance(value, str) and not UUID_TEXT.fullmatch(value):
        raise PydanticCustomError("uuid_parsing", "must be a UUID")
    return value


Integer = Annotated[int, BeforeValidator(_read_integer)]


class PageParameters(BaseModel):
    """Which part of a list is wanted."""

    skip: Integer = Field(default=0, ge=0, le=MAX_SKIP)
    limit: Integer = Field(default=20, ge=1, le=MAX_LIMIT)
    status: JobStatus | None = None


def _documented(name: str, **schema: Any) -> WithJsonSchema:
    """The documentation of a parameter that FastAPI does not check: of one that is given twice it sees the last value."""
    return WithJsonSchema({"title": name.title(), **schema})


class PageQuery(BaseModel):
    """The parameters of a page in the OpenAPI document."""

    skip: Annotated[Any, _documented("skip", type="integer", minimum=0, maximum=MAX_SKIP)] = 0
    limit: Annotated[Any, _documented("limit", type="integer", minimum=1, maximum=MAX_LIMIT)] = 20
    status: Annotated[Any, _documented("status", type="string", enum=[status.value for status in JobStatus])] = None


def get_page(request: Request, _query: Annotated[PageQuery, Query()]) -> PageParameters:
    """The page that the query string names; a name that is given twice is refused."""
    values = get_query_values(request)
    try:
        return PageParameters.model_validate(
            {name: values[name] for name in PageParameters.model_fields if name in values}
        )
    except ValidationError as error:
        raise RequestValidationError([{**item, "loc": ("query", *item["loc"])} for item in error.errors()]) from error


def get_query_values(request: Request) -> dict[str, Any]:
    """The values of the query string; of a name that is given more than once, a list."""
    parameters = request.query_params
    lists = {name: parameters.getlist(name) for name in parameters}
    return {name: values[0] if len(values) == 1 else values for name, values in lists.items()}


def module_path(module: str, path: str) -> str:
    """A path below a module's prefix, as clients write it."""
    return f"{API_PREFIX}/modules/{module}{path}"


Page = Annotated[PageParameters, Depends(get_page)]
"""The page of a list that the query asks for, with `skip` and `limit`."""
JobId = Annotated[UUID, BeforeValidator(check_uuid)]
"""The id of a job in a path: 36 characters, in either case."""

QueryValues = Annotated[dict[str, Any], Depends(get_query_values)]
"""Any query, by name."""
