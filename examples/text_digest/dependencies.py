"""What endpoints written by hand depend on: `service: ServiceDep`. Guard them with `ai_module_runtime.requires`."""

from typing import Annotated

from ai_module_runtime import OrchestratorDep
from fastapi import Depends

from .service import TextDigestService


def get_service(orchestrator: OrchestratorDep) -> TextDigestService:
    """The service of the started module."""
    return orchestrator.get_service("text_digest", TextDigestService)


ServiceDep = Annotated[TextDigestService, Depends(get_service)]
