"""A module whose work is done in jobs: everything in `BaseAIModule` that is the same for all of them."""

import asyncio
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

from ai_module_runtime.jobs.schemas import ProcessRequest, ProcessResponse
from ai_module_runtime.jobs.service import JobService
from ai_module_runtime.modules.base_module import BaseAIModule, ModuleHealth
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.modules.health import Probe, run_probes
from ai_module_runtime.modules.manifest import ModuleMetadata, read_manifest
from ai_module_runtime.modules.module_config import ModuleConfig, json_schema_of

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from fastapi import APIRouter

    from ai_module_runtime.events.module_events import ModuleEvents

AnyService = JobService[Any, Any, Any, Any]
ServiceT = TypeVar("ServiceT", bound=AnyService, default=AnyService)
OtherT = TypeVar("OtherT", bound=AnyService)


@dataclass(frozen=True)
class ModuleParts(Generic[ServiceT]):
    """What a module consists of. The configuration and the types of values are those of the service."""

    service: type[ServiceT]
    routes: "Callable[[ServiceT], APIRouter]"
    register_event_handlers: "Callable[[ModuleEvents, ServiceT], None]"


class JobModule(BaseAIModule, Generic[ServiceT]):
    """Starts, probes and stops a service. A module declares its `parts`; older ones override methods instead."""

    parts: ModuleParts[ServiceT] | None = None

    def __init__(self, folder: Path | None = None) -> None:
        """Read the manifest, by default in the folder of the file that declares the class."""
        self._metadata = read_manifest(folder or Path(inspect.getfile(type(self))).parent)
        self._context: ModuleContext | None = None
        self._service: ServiceT | None = None
        self._is_started = False
        self._changing = asyncio.Lock()

    def get_config_class(self) -> type[ModuleConfig]:
        """The class that the manifest's `configuration` must fit."""
        return self._parts.service.config_class

    def create_service(self, context: ModuleContext) -> ServiceT:
        """Make the service, with nothing opened yet."""
        return self._parts.service(context)

    def get_router(self) -> "APIRouter":
        """The module's endpoints, without the prefix."""
        # Celery workers don't load FastAPI.
        from ai_module_runtime.http.job_routes import add_retry

        router = self._parts.routes(self.service)
        add_retry(router, self.service)
        return router

    def register_events(self, event_bus: "ModuleEvents") -> None:
        """Subscribe to the events of the manifest. Called once, after `initialize`."""
        self._parts.register_event_handlers(event_bus, self.service)

    @property
    def _parts(self) -> ModuleParts[ServiceT]:
        if self.parts is None:
            raise NotImplementedError(f"{type(self).__name__} has no parts")
        return self.parts

    def set_context(self, context: ModuleContext) -> None:
        """Take what the host gives to the module, and read the configuration.

        Raises:
            ConfigError: the configuration is not valid.
        """
        context.load_config(self.get_config_class())
        self._context = context

    @property
    def context(self) -> ModuleContext:
        """What the host gives to the module.

        Raises:
            RuntimeError: it has given nothing yet.
        """
        if self._context is None:
            raise RuntimeError(f"{self._metadata.name} has no context")
        return self._context

    @property
    def service(self) -> ServiceT:
        """The service. It works while the module is started.

        Raises:
            RuntimeError: the host has given nothing to the module yet.
        """
        if self._service is None:
            self._service = self.create_service(self.context)
        return self._service

    def get_service(self, service_class: type[OtherT]) -> OtherT:
        """The service as what `create_service` made it.

        Raises:
            TypeError: it is something else.
        """
        service: Any = self.service
        if not isinstance(service, service_class):
            raise TypeError(f"the service of {self._metadata.name} is no {service_class.__name__}")
        return service

    def get_metadata(self) -> ModuleMetadata:
        """The contents of the module's manifest."""
        return self._metadata

    def get_config_schema(self) -> dict[str, Any]:
        """The JSON Schema of the module's configuration."""
        return json_schema_of(self.get_config_class(), self._metadata)

    async def initialize(self) -> bool:
        """Open the service. False means not started, with everything closed again."""
        async with self._changing:
            if self._is_started:
                return True
            try:
                await self.service.open()
            except Exception:
                logger.exception("%s was not started", self._metadata.name)
                return False
            self._is_started = True
            return True

    async def shutdown(self) -> bool:
        """Close the service. False means something did not close."""
        async with self._changing:
            self._is_started = False
            try:
                if self._service is not None:
                    await self._service.close()
            except Exception:
                logger.exception("%s did not stop cleanly", self._metadata.name)
                return False
            return True

    def get_probes(self) -> dict[str, Probe]:
        """What `health_check` asks. Extend it with what your module depends on."""
        return {**self.context.probes, "provider": self.service.check_provider}

    async def health_check(self) -> ModuleHealth:
        """Run the probes; metrics are added while the database answers. Never raises."""
        if not self._is_started:
            return ModuleHealth(status="unhealthy", dependencies_ok=False)
        results = await run_probes(self.get_probes())
        dependencies = {name: result.succeeded for name, result in results.items()}
        reasons = {name: result.reason for name, result in results.items() if result.reason is not None}
        fine = all(dependencies.values())
        status = "healthy" if fine else "degraded" if any(dependencies.values()) else "unhealthy"
        metrics: dict[str, Any] = {"dependencies": dependencies}
        if reasons:
            metrics["reasons"] = reasons
        if dependencies.get("database"):
            try:
                metrics.update(await self.get_metrics())
            except Exception as error:
                logger.warning("no metrics of %s (%s)", self._metadata.name, type(error).__name__)
        return ModuleHealth(status=status, dependencies_ok=fine, metrics=metrics)

    async def process(self, request: ProcessRequest) -> ProcessResponse:
        """Do the module's work at once, without a job."""
        return await self.service.process_now(request.input_data, request.options)

    async def get_metrics(self) -> dict[str, Any]:
        """The counts of the module's jobs, and of events that could not be published by this process."""
        return await self.service.get_metrics() if self._is_started else {}
