"""Jobs of all modules, for administrators."""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from ai_module_runtime.clock import UtcTime
from ai_module_runtime.engine.store import Job, JobFilter
from ai_module_runtime.errors import HttpError, InvalidInputError
from ai_module_runtime.http.admin_query import MAX_AT_ONCE, Limit, Status, Text, Uuid, query_parameters, read_query
from ai_module_runtime.http.dependencies import HostDep, OrchestratorDep
from ai_module_runtime.http.errors import InvalidRequest, error_responses
from ai_module_runtime.http.permissions import Admin, require_admin
from ai_module_runtime.jobs.errors import JobNotCancellableError, JobNotFoundError
from ai_module_runtime.jobs.routing import JobId
from ai_module_runtime.jobs.schemas import JobResponse
from ai_module_runtime.jobs.service import JobService
from ai_module_runtime.logs import Line
from ai_module_runtime.modules.orchestrator import Orchestrator

router = APIRouter(prefix="/jobs", tags=["operations"], dependencies=[Depends(require_admin)])
logger = logging.getLogger(__name__)


class AnyJob(JobResponse):
    """A job of any module. `next_attempt_at`: when a pending job whose last attempt failed is due again."""

    module: str
    last_error_code: str | None
    next_attempt_at: UtcTime | None


class JobDetails(AnyJob):
    """A job with its input and output."""

    input_data: dict[str, Any]
    options: dict[str, Any]
    output_data: dict[str, Any] | None
    metadata: dict[str, Any] | None


class JobPage(BaseModel):
    """Jobs, newest first, and whether there are older ones."""

    jobs: list[AnyJob]
    has_more: bool


class RetryFilter(BaseModel):
    """Which failed jobs to start again."""

    model_config = ConfigDict(extra="forbid")

    module: Text | None = None
    user_id: Text | None = None
    error_code: Text | None = None


class JobQuery(BaseModel):
    """Which jobs to list, at most `limit` that are older than the job `before`."""

    module: Text | None = None
    status: Status | None = None
    user_id: Text | None = None
    error_code: Text | None = None
    before: Uuid | None = None
    limit: Limit = 20


class Retried(BaseModel):
    """How many jobs were started again, how many were not and why, and whether more of them match."""

    retried: int
    skipped: dict[str, int]
    has_more: bool


async def get_job_of_any_module(job_id: JobId, host: HostDep) -> Job:
    """The job.

    Raises:
        JobNotFoundError: there is none.
    """
    job = await host.store.get_job(str(job_id))
    if job is None:
        raise JobNotFoundError
    return job


JobOfAnyModule = Annotated[Job, Depends(get_job_of_any_module)]


def service_of(orchestrator: Orchestrator, module: str) -> JobService[Any, Any, Any, Any]:
    """The service of a started module.

    Raises:
        HttpError: 503 `module_unavailable`.
    """
    return orchestrator.get_service(module, JobService)


@router.get(
    "", operation_id="find_jobs", openapi_extra=query_parameters(JobQuery), responses={422: {"model": InvalidRequest}}
)
async def find_jobs(request: Request, host: HostDep) -> JobPage:
    """List jobs of all modules, newest first."""
    query = read_query(JobQuery, request)
    wanted = JobFilter(query.module, query.status, query.user_id, query.error_code)
    found = await host.store.find_jobs(wanted, query.limit + 1, query.before)
    jobs = [AnyJob.model_validate(job) for job in found[: query.limit]]
    return JobPage(jobs=jobs, has_more=len(found) > query.limit)


@router.get("/{job_id}", operation_id="inspect_job", responses=error_responses(404))
async def inspect_job(job: JobOfAnyModule, host: HostDep) -> JobDetails:
    """Look at a job of any module, with its input and output."""
    result = None if job.result_id is None else await host.store.get_result(job.id)
    return JobDetails(
        **AnyJob.model_validate(job).model_dump(),
        input_data=job.input_data,
        options=job.options,
        output_data=result.output_data if result else None,
        metadata=result.metadata if result else None,
    )


@router.post(
    "/{job_id}/cancel",
    operation_id="cancel_any_job",
    status_code=204,
    response_class=Response,
    responses=error_responses(404, 409),
)
async def cancel_any_job(job: JobOfAnyModule, host: HostDep) -> None:
    """Cancel a job of any module."""
    if await host.store.cancel_job(job.id) is None:
        raise JobNotCancellableError


@router.post("/{job_id}/retry", operation_id="retry_any_job", status_code=202, responses=error_responses(404, 409, 429))
async def retry_any_job(job: JobOfAnyModule, admin: Admin, orchestrator: OrchestratorDep) -> AnyJob:
    """Start a failed or cancelled job of any module again."""
    return AnyJob.model_validate(await service_of(orchestrator, job.module).retry_job(job.id, admin))


@router.post("/retry", operation_id="retry_failed_jobs")
async def retry_failed_jobs(body: RetryFilter, admin: Admin, host: HostDep, orchestrator: OrchestratorDep) -> Retried:
    """Start failed jobs that match again, the latest first, each once."""
    wanted = JobFilter(body.module, "failed", body.user_id, body.error_code, is_open=True)
    found = await host.store.find_jobs(wanted, MAX_AT_ONCE + 1)
    retried, skipped = 0, dict[str, int]()
    for job in found[:MAX_AT_ONCE]:
        try:
            await service_of(orchestrator, job.module).retry_job(job.id, admin)
        except InvalidInputError:
            skipped["input_invalid"] = skipped.get("input_invalid", 0) + 1
        except HttpError as error:
            skipped[error.code] = skipped.get(error.code, 0) + 1
        else:
            retried += 1
    logger.info(Line("failed jobs retried", user_id=admin.id, retried=retried, skipped=skipped))
    return Retried(retried=retried, skipped=skipped, has_more=len(found) > MAX_AT_ONCE)
