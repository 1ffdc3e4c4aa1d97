"""What modules there are and how they are."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from ai_module_runtime.http.dependencies import OrchestratorDep
from ai_module_runtime.http.errors import Refused
from ai_module_runtime.http.permissions import OptionalUser
from ai_module_runtime.modules.base_module import ModuleHealth
from ai_module_runtime.modules.discovery import Candidate

router = APIRouter(prefix="/modules", tags=["host"])


class ModuleSummary(BaseModel):
    """A module in the list; of one without a valid manifest, only the folder's name is known."""

    name: str
    version: str
    description: str
    author: str
    status: Literal["ready", "failed", "disabled"]


class ModuleList(BaseModel):
    """All modules of the host, and an error code for each that failed."""

    modules: list[ModuleSummary]
    errors: dict[str, str]


@router.get("/list", operation_id="list_modules")
async def list_modules(orchestrator: OrchestratorDep) -> ModuleList:
    """All modules, in the order in which they are started."""
    candidates = orchestrator.candidates
    return ModuleList(
        modules=[_summary(candidate) for candidate in candidates],
        errors={candidate.name: candidate.error for candidate in candidates if candidate.error},
    )


def _summary(candidate: Candidate) -> ModuleSummary:
    metadata = candidate.metadata
    return ModuleSummary(
        name=candidate.name,
        version=metadata.version if metadata else "",
        description=metadata.description if metadata else "",
        author=metadata.author if metadata else "",
        status=candidate.status,
    )


@router.get(
    "/{name}/health", operation_id="module_health", responses={404: {"model": Refused}, 503: {"model": ModuleHealth}}
)
async def get_module_health(
    name: str,
    orchestrator: OrchestratorDep,
    user: OptionalUser,
    response: Response,
) -> ModuleHealth:
    """The module's health: 200 healthy or degraded, 503 unhealthy. Metrics are for admins only."""
    candidate = orchestrator.get_candidate(name)
    if candidate.ready and candidate.module is not None:
        health = await candidate.module.health_check()
    else:
        health = ModuleHealth(status="unhealthy", dependencies_ok=False)
    if health.status == "unhealthy":
        response.status_code = 503
    if user is None or not user.is_admin:
        health.metrics = {}
    return health
