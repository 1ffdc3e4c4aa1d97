"""The health of the host itself, for load balancers."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from ai_module_runtime.http.dependencies import HostDep, OrchestratorDep
from ai_module_runtime.modules.health import run_probes

router = APIRouter(tags=["host"])


class HostHealth(BaseModel):
    """Whether the host can work, and the status of each module."""

    status: Literal["healthy", "unhealthy"]
    mode: Literal["embedded", "distributed"]
    modules: dict[str, str]


@router.get("/health", operation_id="host_health", responses={503: {"model": HostHealth}})
async def get_health(host: HostDep, orchestrator: OrchestratorDep, response: Response) -> HostHealth:
    """Answer 200, or 503 while the database does not answer."""
    probes = await run_probes({"database": host.database.ping})
    fine = probes["database"].succeeded
    if not fine:
        response.status_code = 503
    return HostHealth(
        status="healthy" if fine else "unhealthy",
        mode="embedded" if host.is_embedded else "distributed",
        modules={candidate.name: candidate.status for candidate in orchestrator.candidates},
    )
