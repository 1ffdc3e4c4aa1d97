"""The standard endpoints of modules."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Body, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from ai_module_runtime.engine.store import Job, JobPage
from ai_module_runtime.http.operations import operation_of
from ai_module_runtime.http.permissions import CurrentUser, requires
from ai_module_runtime.http.route_tree import served_by
from ai_module_runtime.jobs.routing import JobId, Page, module_path
from ai_module_runtime.jobs.schemas import JobListResponse, JobResponse, ProcessResponse, StatsResponse
from ai_module_runtime.jobs.service import JobService
from ai_module_runtime.modules.endpoints import Endpoint, Role

AnyService = JobService[Any, Any, Any, Any]
Handler = Callable[..., Awaitable[Any]]
ModelT = TypeVar("ModelT", bound=BaseModel)


class JobList(JobListResponse):
    """A page of jobs as their owner sees them."""

    jobs: list[JobResponse]


JsonBody = Annotated[Any, Body()]
"""The body of a request, which the endpoint checks itself."""


def job_routes(service: AnyService) -> APIRouter:
    """The standard endpoints that the manifest declares, with their permissions; `add_retry` has `POST /retry/{job_id}`."""
    router = APIRouter()
    for endpoint in service.manifest.declared_endpoints.values():
        if endpoint.role is not None and endpoint.role != "retry":
            _add_standard(router, service, endpoint.role, endpoint)
    return router


def add_retry(router: APIRouter, service: AnyService) -> None:
    """Add `POST /retry/{job_id}` if the manifest declares it. A module of version 0.1 may have one of its own."""
    served = served_by(router)
    for endpoint in service.manifest.declared_endpoints.values():
        if endpoint.role == "retry" and endpoint.name not in served:
            _add_standard(router, service, endpoint.role, endpoint)


def _add_standard(router: APIRouter, service: AnyService, role: Role, endpoint: Endpoint) -> None:
    handler, options = _STANDARD[role](service)
    add_route(router, service, endpoint, handler, **options)


def add_route(router: APIRouter, service: AnyService, endpoint: Endpoint, handler: Handler, **options: Any) -> None:
    """Add the route of an endpoint, with what the manifest says about it."""
    router.add_api_route(
        endpoint.path,
        handler,
        methods=[endpoint.method],
        dependencies=[requires(endpoint.permission)],
        openapi_extra=operation_of(service.manifest, endpoint),
        **{"response_model": None, **options},
    )


def read_body(model: type[ModelT], body: Any) -> ModelT:
    """The body as `model`.

    Raises:
        RequestValidationError: it does not fit.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        problems = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        raise RequestValidationError(problems) from None


Route = tuple[Handler, dict[str, Any]]


ACCEPTED = {"status_code": 202, "response_model": JobResponse}


def _set_location(response: Response, service: AnyService, job: Job) -> None:
    """Say where the status of a new job is."""
    endpoints = service.manifest.declared_endpoints.values()
    status_path = next((each.path for each in endpoints if each.role == "status"), None)
    if status_path is not None:
        path = status_path.replace("{job_id}", job.id)
        response.headers["Location"] = module_path(service.manifest.name, path)


def _process(service: AnyService) -> Route:
    async def create_job(body: JsonBody, user: CurrentUser, response: Response) -> Job:
        job = await service.start_processing(read_body(service.request_model, body), user)
        _set_location(response, service, job)
        return job

    return create_job, ACCEPTED


def _status(service: AnyService) -> Route:
    async def get_job_status(job_id: JobId, user: CurrentUser) -> Job:
        return await service.get_job(str(job_id), user)

    return get_job_status, {"response_model": JobResponse}


def _list(service: AnyService) -> Route:
    async def list_jobs(user: CurrentUser, page: Page) -> JobPage:
        return await service.list_jobs(user.id, page.skip, page.limit, page.status)

    return list_jobs, {"response_model": JobList}


def _cancel(service: AnyService) -> Route:
    async def cancel_job(job_id: JobId, user: CurrentUser) -> None:
        await service.cancel_job(str(job_id), user)

    return cancel_job, {"status_code": 204, "response_class": Response}


def _retry(service: AnyService) -> Route:
    async def retry_job(job_id: JobId, user: CurrentUser, response: Response) -> Job:
        job = await service.retry_job(str(job_id), user)
        _set_location(response, service, job)
        return job

    return retry_job, ACCEPTED


def _result(service: AnyService) -> Route:
    async def get_job_result(job_id: JobId, user: CurrentUser) -> ProcessResponse:
        return await service.get_result(str(job_id), user)

    return get_job_result, {"response_model": ProcessResponse}


def _stats(service: AnyService) -> Route:
    async def get_stats() -> StatsResponse:
        return await service.get_stats()

    return get_stats, {"response_model": StatsResponse}


_STANDARD: dict[str, Callable[[AnyService], Route]] = {
    "process": _process,
    "status": _status,
    "list": _list,
    "cancel": _cancel,
    "retry": _retry,
    "result": _result,
    "stats": _stats,
}
