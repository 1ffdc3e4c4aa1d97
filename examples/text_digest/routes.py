"""The module's endpoints, as manifest.yaml declares them."""

from ai_module_runtime import endpoint, job_routes
from fastapi import APIRouter

from .service import TextDigestService


def routes(service: TextDigestService) -> APIRouter:
    """The endpoints, mounted at `/api/v1/modules/text_digest`."""
    router = job_routes(service)
    router.include_router(endpoint(service, "POST /digest"))
    return router
