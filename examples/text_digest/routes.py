"""The module's endpoints; their prefix and error bodies come from the host."""

from ai_module_runtime import (
    CurrentUser,
    JobPage,
    JobRow,
    Page,
    ProcessResponse,
    StatsResponse,
    error_responses,
    module_path,
    requires,
)
from fastapi import APIRouter, Response

from . import schemas
from .dependencies import (
    OwnedJob,
    ServiceDep,
)

router = APIRouter()


@router.post(
    "/process",
    status_code=202,
    response_model=schemas.TextDigestJobResponse,
    dependencies=[requires("text_digest:create")],
    responses=error_responses(429),
)
async def create_job(
    body: schemas.TextDigestRequest,
    user: CurrentUser,
    service: ServiceDep,
    response: Response,
) -> JobRow:
    """Start a job; its status is found under `Location`."""
    job = await service.start_processing(body, user.id)
    response.headers["Location"] = module_path(
        "text_digest",
        f"/status/{job.id}",
    )
    return job


@router.get(
    "/status/{job_id}",
    response_model=schemas.TextDigestJobResponse,
    dependencies=[requires("text_digest:read")],
    responses=error_responses(404),
)
async def get_job_status(job: OwnedJob) -> JobRow:
    """A job of the user."""
    return job


@router.get(
    "/list",
    response_model=schemas.TextDigestJobListResponse,
    dependencies=[requires("text_digest:read")],
)
async def list_jobs(user: CurrentUser, page: Page, service: ServiceDep) -> JobPage:
    """The user's jobs, newest first."""
    return await service.list_jobs(user.id, page.skip, page.limit, page.status)


@router.post(
    "/cancel/{job_id}",
    status_code=204,
    response_class=Response,
    dependencies=[requires("text_digest:delete")],
    responses=error_responses(404, 409),
)
async def cancel_job(job: OwnedJob, service: ServiceDep) -> None:
    """Cancel a job that has not ended."""
    await service.cancel(job)


@router.get(
    "/result/{job_id}",
    response_model=schemas.TextDigestResponse,
    dependencies=[requires("text_digest:read")],
    responses=error_responses(404, 409),
)
async def get_job_result(job: OwnedJob, service: ServiceDep) -> ProcessResponse:
    """The result of a completed job."""
    return await service.get_result(job)


@router.get(
    "/admin/stats",
    response_model=schemas.TextDigestStatsResponse,
    dependencies=[requires("text_digest:admin")],
)
async def get_stats(service: ServiceDep) -> StatsResponse:
    """Counts over all users."""
    return await service.stats()


@router.post(
    "/digest",
    response_model=schemas.TextDigestResponse,
    dependencies=[requires("text_digest:create")],
    responses=error_responses(502, 504),
)
async def digest_now(
    body: schemas.TextDigestRequest,
    service: ServiceDep,
) -> ProcessResponse:
    """Do the work at once, without a job."""
    return await service.process_now(
        {
            **body.input_data,
        },
        body.options,
    )
