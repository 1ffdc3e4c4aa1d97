"""What the endpoints of all modules are made of."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ai_module_runtime.jobs.states import JobStatus
from ai_module_runtime.settings import API_PREFIX

MAX_SKIP = 2**31 - 1
INTEGER = re.compile(r"-?[0-9]+")
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# What is wrong with a parameter of a page that is given twice.
REPEATED = {"skip": "int_parsing", "limit": "int_parsing", "status": "enum"}


def _check_integer(value: Any) -> Any:
    if isinstance(value, str) and not INTEGER.fullmatch(value):
        raise PydanticCustomError("int_parsing", "Input should be a valid integer")
    return value


def _check_uuid(value: Any) -> Any:
    if isinstance(value, str) and not UUID_TEXT.fullmatch(value):
        raise PydanticCustomError("uuid_parsing", "Input should be a valid UUID")
    return value


Integer = Annotated[int, BeforeValidator(_check_integer)]


class PageParameters(BaseModel):
    """Which part of a list is wanted."""

    skip: Integer = Field(default=0, ge=0, le=MAX_SKIP)
    limit: Integer = Field(default=20, ge=1, le=100)
    status: JobStatus | None = None


def get_page(request: Request, page: Annotated[PageParameters, Query()]) -> PageParameters:
    """The page that the query string names; a name that is given twice is refused."""
    for name, error_type in REPEATED.items():
        if len(request.query_params.getlist(name)) > 1:
            problem = {"type": error_type, "loc": ("query", name), "msg": "Given more than once", "input": None}
            raise RequestValidationError([problem])
    return page


def get_query_values(request: Request) -> dict[str, Any]:
    """The values of the query string; of a name that is given twice, the last one."""
    return dict(request.query_params)


def module_path(module: str, path: str) -> str:
    """A path below a module's prefix, as clients write it."""
    return f"{API_PREFIX}/modules/{module}{path}"


Page = Annotated[PageParameters, Depends(get_page)]
"""The page of a list that the query asks for, with `skip` and `limit`."""
JobId = Annotated[UUID, BeforeValidator(_check_uuid)]
"""The id of a job in a path: 36 characters, in either case."""

QueryValues = Annotated[dict[str, Any], Depends(get_query_values)]
"""Any query, by name."""
