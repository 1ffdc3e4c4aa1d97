"""Results of jobs, also of other modules."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ai_module_runtime.engine.store import Job, Store
from ai_module_runtime.errors import HttpError
from ai_module_runtime.jobs import errors
from ai_module_runtime.jobs.schemas import ProcessResponse
from ai_module_runtime.jobs.states import TERMINAL
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.users import User


async def result_of(store: Store, job: Job) -> ProcessResponse:
    """The result of a completed job.

    Raises:
        ResultNotReadyError: the job has not ended.
        ResultUnavailableError: it ended without a result.
    """
    if job.status not in TERMINAL:
        raise errors.ResultNotReadyError
    result = await store.get_result(job.id)
    if result is None:
        raise errors.ResultUnavailableError
    return ProcessResponse(result_id=result.id, output_data=result.output_data, metadata=result.metadata)


@dataclass(frozen=True)
class Results:
    """Reads results of all modules of a host, with the permissions of a user."""

    store: Store
    find_manifest: Callable[[str], ModuleMetadata | None]
    may: Callable[[User, str], Awaitable[bool]]

    async def read(self, module: str, job_id: str, user: User) -> ProcessResponse:
        """The result of a job of another module.

        Raises:
            HttpError: the refusals of `GET /result/{job_id}` of that module: 404 `module_not_found` or `job_not_found`,
                403 `permission_denied` or `not_owner`, 409 `result_not_ready` or `result_unavailable`.
        """
        manifest = self.find_manifest(module)
        if manifest is None:
            raise HttpError(404, "module_not_found")
        if not await self.may(user, manifest.read_permission):
            raise HttpError(403, "permission_denied")
        job = await self.store.get_job(job_id)
        if job is None or job.module != module:
            raise errors.JobNotFoundError
        if job.user_id != user.id and not user.is_admin:
            raise errors.NotOwnerError
        return await result_of(self.store, job)
