"""What the endpoints of all modules are made of."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from ai_module_runtime.http.permissions import CurrentUser, requires
from ai_module_runtime.jobs.models import JobRow
from ai_module_runtime.jobs.schemas import ProcessResponse, StatsResponse
from ai_module_runtime.jobs.states import JobStatus
from ai_module_runtime.jobs.store import JobPage
from ai_module_runtime.settings import API_PREFIX

__all__ = [
    "CurrentUser",
    "JobPage",
    "JobRow",
    "Page",
    "ProcessResponse",
    "QueryValues",
    "StatsResponse",
    "module_path",
    "requires",
]

MAX_SKIP = 2**31 - 1


class PageParameters(BaseModel):
    """Which part of a list is wanted."""

    skip: int = Field(default=0, ge=0, le=MAX_SKIP)
    limit: int = Field(default=20, ge=1, le=100)
    status: JobStatus | None = None


def get_query_values(request: Request) -> dict[str, Any]:
    """The values of the query string; of a name that is given twice, the last one."""
    return dict(request.query_params)


def module_path(module: str, path: str) -> str:
    """A path below a module's prefix, as clients write it."""
    return f"{API_PREFIX}/modules/{module}{path}"


Page = Annotated[PageParameters, Query()]
QueryValues = Annotated[dict[str, Any], Depends(get_query_values)]
