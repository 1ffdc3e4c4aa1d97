"""The standard endpoints of modules."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Body, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from ai_module_runtime.engine.store import Job, JobPage
from ai_module_runtime.http.operations import operation_of
from ai_module_runtime.http.permissions import CurrentUser, requires
from ai_module_runtime.jobs.routing import JobId, Page, module_path
from ai_module_runtime.jobs.schemas import JobListResponse, JobResponse, ProcessResponse, StatsResponse
from ai_module_runtime.jobs.service import JobService
from ai_module_runtime.modules.endpoints import Endpoint

AnyService = JobService[Any, Any, Any, Any]
Handler = Callable[..., Awaitable[Any]]
ModelT = TypeVar("ModelT", bound=BaseModel)


class JobList(JobListResponse):
    """A page of jobs as their owner sees them."""

    jobs: list[JobResponse]


JsonBody = Annotated[Any, Body()]
"""The body of a request, which the endpoint checks itself."""


def job_routes(service: AnyService) -> APIRouter:
    """The standard endpoints that the manifest of a module declares, with their permissions."""
    router = APIRouter()
    for endpoint in service.manifest.declared_endpoints.values():
        if endpoint.role is not None:
            handler, options = _STANDARD[endpoint.role](service)
            add_route(router, service, endpoint, handler, **options)
    return router


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


def _process(service: AnyService) -> Route:
    endpoints = service.manifest.declared_endpoints.values()
    status_path = next((each.path for each in endpoints if each.role == "status"), None)

    async def create_job(body: JsonBody, user: CurrentUser, response: Response) -> Job:
        job = await service.start_processing(read_body(service.request_model, body), user)
        if status_path is not None:
            path = status_path.replace("{job_id}", job.id)
            response.headers["Location"] = module_path(service.manifest.name, path)
        return job

    return create_job, {"status_code": 202, "response_model": JobResponse}


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
    "result": _result,
    "stats": _stats,
}
