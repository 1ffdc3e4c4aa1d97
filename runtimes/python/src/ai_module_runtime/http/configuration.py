"""The settings of modules, for administrators."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from ai_module_runtime.errors import HttpError
from ai_module_runtime.http.dependencies import HostDep, OrchestratorDep
from ai_module_runtime.http.errors import error_responses
from ai_module_runtime.http.permissions import require_admin
from ai_module_runtime.modules.job_module import JobModule
from ai_module_runtime.modules.module_config import EffectiveSetting, effective_settings

router = APIRouter(prefix="/configuration", tags=["operations"], dependencies=[Depends(require_admin)])


class ModuleConfiguration(BaseModel):
    """The settings of a module."""

    settings: list[EffectiveSetting]


@router.get("/{name}", operation_id="module_configuration", responses=error_responses(404))
async def get_configuration(name: str, host: HostDep, orchestrator: OrchestratorDep) -> ModuleConfiguration:
    """Look at the settings of a module, and where they come from."""
    candidate = orchestrator.get_candidate(name)
    module = candidate.module
    if not candidate.ready or not isinstance(module, JobModule):
        raise HttpError(503, "module_unavailable")
    service = module.service
    return ModuleConfiguration(settings=list(effective_settings(service.config, service.manifest, host.settings.env)))
