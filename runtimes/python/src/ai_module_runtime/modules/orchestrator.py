"""Starts and stops the modules. A broken module never takes the host or another module down."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter, FastAPI

from ai_module_runtime.db.migrations import apply_module_migrations, check_module_migrations, module_migrations
from ai_module_runtime.engine.outage import retry_at_start
from ai_module_runtime.errors import HttpError
from ai_module_runtime.http.route_tree import served_by
from ai_module_runtime.jobs.service import JobService
from ai_module_runtime.modules.base_module import BaseAIModule
from ai_module_runtime.modules.discovery import Candidate
from ai_module_runtime.modules.endpoints import EndpointsError
from ai_module_runtime.modules.job_module import JobModule
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.settings import API_PREFIX

if TYPE_CHECKING:
    from ai_module_runtime.host import Host

logger = logging.getLogger(__name__)

START_SECONDS = 30
ServiceT = TypeVar("ServiceT", bound=JobService[Any, Any, Any, Any])

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class StartError(Exception):
    """A module cannot be started; the code says at which step."""

    def __init__(self, code: str, reason: str | None = None) -> None:
        super().__init__(reason or code)
        self.code = code


class Orchestrator:
    """The modules of a host, in the order in which they are started."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self.candidates: list[Candidate] = []

    async def start(self, app: FastAPI) -> None:
        """Find, start and mount all modules."""
        self.candidates = self._host.discover()
        for candidate in self.candidates:
            if candidate.usable:
                await self._start(candidate)
            prefix = f"{API_PREFIX}/modules/{candidate.name}"
            router = candidate.module.get_router() if candidate.ready and candidate.module else _unavailable()
            app.include_router(router, prefix=prefix, tags=[candidate.name])
            app.state.routes.add(router, prefix, candidate.name)
            logger.info("module %s: %s", candidate.name, candidate.error or candidate.status)

    async def stop(self) -> None:
        """Stop the modules, those that others depend on last."""
        self._host.jobs.clear()
        for candidate in reversed(self.candidates):
            if candidate.module is not None:
                self._host.events.unsubscribe(candidate.name)
                await candidate.module.shutdown()

    def get_candidate(self, name: str) -> Candidate:
        """The module of this name, started or not.

        Raises:
            HttpError: 404 `module_not_found`.
        """
        for candidate in self.candidates:
            if candidate.name == name:
                return candidate
        raise HttpError(404, "module_not_found")

    def get_service(self, name: str, service_class: type[ServiceT]) -> ServiceT:
        """The service of a started module.

        Raises:
            HttpError: 503 `module_unavailable`.
        """
        for service in self.services():
            if service.spec.name == name and isinstance(service, service_class):
                return service
        raise HttpError(503, "module_unavailable")

    def services(self) -> list[JobService[Any, Any, Any, Any]]:
        """The services of the started modules that work in jobs."""
        modules = [candidate.module for candidate in self.candidates if candidate.ready]
        return [module.service for module in modules if isinstance(module, JobModule)]

    async def _start(self, candidate: Candidate) -> None:
        try:
            candidate.module = await self._started(candidate)
        except StartError as error:
            # The text of the error is logged: it is about the module's own files, which its author has to fix.
            cause = error.__cause__
            reason = cause or error
            logger.error("module %s is not started: %s (%s)", candidate.name, error.code, reason, exc_info=cause)
            candidate.error = error.code
            self._host.jobs.remove(candidate.name)
            self._host.events.unsubscribe(candidate.name)

    async def _started(self, candidate: Candidate) -> BaseAIModule:
        needs = candidate.metadata.needed_modules if candidate.metadata else []
        missing = [name for name in needs if not self.get_candidate(name).ready]
        if missing:
            raise StartError(
                "dependency_missing", f"{candidate.name} requires {', '.join(missing)}, which is not ready"
            )
        with _failing_as("import_failed"):
            module = candidate.load()
        context = self._host.context_of(candidate)
        with _failing_as("config_invalid"):
            module.set_context(context)
        with _failing_as("import_failed"):
            router = module.get_router()
        if isinstance(module, JobModule) and module.parts is not None:
            check_endpoints(module.get_metadata(), router)
        with _failing_as("import_failed"):
            create_service = module.create_service if isinstance(module, JobModule) else None
            self._host.jobs.add(candidate, context, create_service)
        with _failing_as("migration_failed"):
            migrations = module_migrations(candidate.name, candidate.folder)
            prepare = apply_module_migrations if self._host.migrations == "runtime" else check_module_migrations
            await retry_at_start(lambda: prepare(self._host.database, migrations), self._host.outage)
        with _failing_as("initialize_failed"):
            async with asyncio.timeout(START_SECONDS):
                if not await module.initialize():
                    raise StartError("initialize_failed")
            module.register_events(context.events)
        return module


@contextmanager
def _failing_as(code: str) -> Iterator[None]:
    try:
        yield
    except EndpointsError as error:
        raise StartError("endpoints_invalid", str(error)) from None
    except (Exception, SystemExit) as error:
        raise StartError(code) from error


def check_endpoints(manifest: ModuleMetadata, router: APIRouter) -> None:
    """Check that a module serves exactly the endpoints of its manifest, and declares their permissions."""
    for endpoint in manifest.declared_endpoints.values():
        if endpoint.permission not in manifest.permissions_required:
            raise StartError(
                "manifest_invalid",
                f"{endpoint.name} asks for {endpoint.permission}, which is not in permissions_required",
            )
    served = served_by(router)
    declared = set(manifest.declared_endpoints)
    differences = [
        *(f"{name} is not served" for name in sorted(declared - served)),
        *(f"{name} is not in the manifest" for name in sorted(served - declared)),
    ]
    if differences:
        raise StartError("endpoints_invalid", "; ".join(differences))


async def refuse_unavailable(path: str) -> None:
    """Every endpoint of a module that is not started.

    Raises:
        HttpError: 503 `module_unavailable`.
    """
    raise HttpError(503, "module_unavailable")


def _unavailable() -> APIRouter:
    """Endpoints of a module that is not started: all of them say so."""
    router = APIRouter()
    router.add_api_route("/{path:path}", refuse_unavailable, methods=METHODS, include_in_schema=False)
    return router
