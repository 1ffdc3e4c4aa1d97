"""The endpoints of invoices."""

from fastapi import APIRouter

from ai_module_runtime import endpoint, job_routes

from .service import InvoicesService


def routes(service: InvoicesService) -> APIRouter:
    """The endpoints, mounted at `/api/v1/modules/invoices`."""
    router = job_routes(service)
    router.include_router(endpoint(service, "POST /preview", service.preview))
    router.include_router(endpoint(service, "GET /lines/{line_id}", service.lines))
    router.include_router(endpoint(service, "POST /analyse"))
    router.include_router(endpoint(service, "GET /analyse/{text}"))
    router.include_router(endpoint(service, "POST /analyse/{report_id}"))
    router.include_router(endpoint(service, "GET /reports/{report_id}/{text}"))
    router.include_router(endpoint(service, "POST /texts/{text}"))
    router.include_router(endpoint(service, "POST /clash/{body}/{user}/{request}"))
    router.include_router(endpoint(service, "GET /clash/{query}/{user}/{request}"))
    router.include_router(endpoint(service, "PUT /clash/{line}/{user}", service.preview))
    return router
