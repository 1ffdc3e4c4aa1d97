"""The health of the host itself, for load balancers and orchestrators."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from ai_module_runtime.errors import RETRY_AFTER, HttpError
from ai_module_runtime.http.dependencies import HostDep, OrchestratorDep
from ai_module_runtime.http.errors import Refused

router = APIRouter(tags=["host"])


class HostHealth(BaseModel):
    """Whether the host can work, and the status of each module."""

    status: Literal["healthy", "unhealthy"]
    mode: Literal["embedded", "distributed"]
    modules: dict[str, str]


@router.get("/health", operation_id="host_health", responses={503: {"model": HostHealth}})
async def get_health(host: HostDep, orchestrator: OrchestratorDep, response: Response) -> HostHealth:
    """Answer 200, or 503 while the database can't be used."""
    fine = await host.database_problem() is None
    if not fine:
        response.status_code = 503
    return HostHealth(
        status="healthy" if fine else "unhealthy",
        mode="embedded" if host.is_embedded else "distributed",
        modules={candidate.name: candidate.status for candidate in orchestrator.candidates},
    )


class Live(BaseModel):
    """The process answers."""

    status: Literal["live"] = "live"


class Ready(BaseModel):
    """The host can do what requests ask for."""

    status: Literal["ready"] = "ready"


@router.get("/livez", operation_id="live")
async def get_live() -> Live:
    """Answer 200, whatever the state of the database."""
    return Live()


@router.get("/readyz", operation_id="ready", responses={503: {"model": Refused}})
async def get_ready(host: HostDep) -> Ready:
    """Answer 200, or 503 while the host stops or the database can't be used."""
    if host.is_stopping:
        raise HttpError(503, "stopping", RETRY_AFTER)
    if problem := await host.database_problem():
        raise HttpError(503, problem, RETRY_AFTER)
    return Ready()
