"""What the module's endpoints need: the service, and the job that a path names."""

from typing import Annotated

from ai_module_runtime import CurrentUser, JobId, JobRow, OrchestratorDep
from fastapi import Depends

from .service import TextDigestService


def get_service(orchestrator: OrchestratorDep) -> TextDigestService:
    """The service of the started module."""
    return orchestrator.get_service(
        "text_digest",
        TextDigestService,
    )


ServiceDep = Annotated[TextDigestService, Depends(get_service)]


async def get_owned_job(job_id: JobId, user: CurrentUser, service: ServiceDep) -> JobRow:
    """The job that the path names, if it is the user's or the user is an admin."""
    return await service.get_job_for(str(job_id), user)


OwnedJob = Annotated[JobRow, Depends(get_owned_job)]
