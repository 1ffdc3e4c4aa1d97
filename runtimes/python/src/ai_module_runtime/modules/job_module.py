"""A module whose work is done in jobs: everything in `BaseAIModule` that is the same for all of them."""

import asyncio
import logging
from abc import abstractmethod
from pathlib import Path
from typing import Any, TypeVar

from ai_module_runtime.jobs.schemas import ProcessRequest, ProcessResponse
from ai_module_runtime.jobs.service import JobService
from ai_module_runtime.modules.base_module import BaseAIModule, ModuleHealth
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.modules.health import Probe, run_probes
from ai_module_runtime.modules.manifest import ModuleMetadata, read_manifest
from ai_module_runtime.modules.module_config import ModuleConfig, json_schema_of

logger = logging.getLogger(__name__)

ServiceT = TypeVar("ServiceT", bound=JobService)


class JobModule(BaseAIModule):
    """Starts, probes and stops the service that `create_service` makes."""

    def __init__(self, folder: Path) -> None:
        self._metadata = read_manifest(folder)
        self._context: ModuleContext | None = None
        self._service: JobService | None = None
        self._changing = asyncio.Lock()

    @abstractmethod
    def get_config_class(self) -> type[ModuleConfig]:
        """The class that the manifest's `configuration` must fit."""

    @abstractmethod
    def create_service(self, context: ModuleContext) -> JobService:
        """Make the service, with nothing opened yet."""

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
    def service(self) -> JobService:
        """The service, while the module is started.

        Raises:
            RuntimeError: the module is not started.
        """
        if self._service is None:
            raise RuntimeError(f"{self._metadata.name} is not started")
        return self._service

    def get_service(self, service_class: type[ServiceT]) -> ServiceT:
        """The service as what `create_service` made it.

        Raises:
            RuntimeError: the module is not started.
            TypeError: it is something else.
        """
        if not isinstance(self.service, service_class):
            raise TypeError(f"the service of {self._metadata.name} is no {service_class.__name__}")
        return self.service

    def get_metadata(self) -> ModuleMetadata:
        """The contents of the module's manifest."""
        return self._metadata

    def get_config_schema(self) -> dict[str, Any]:
        """The JSON Schema of the module's configuration."""
        return json_schema_of(self.get_config_class())

    async def initialize(self) -> bool:
        """Open the service. False means not started, with everything closed again."""
        async with self._changing:
            if self._service is not None:
                return True
            try:
                service = self.create_service(self.context)
                await service.open()
            except Exception:
                logger.exception("%s was not started", self._metadata.name)
                return False
            self._service = service
            return True

    async def shutdown(self) -> bool:
        """Close the service. False means something did not close."""
        async with self._changing:
            service, self._service = self._service, None
            try:
                if service is not None:
                    await service.close()
            except Exception:
                logger.exception("%s did not stop cleanly", self._metadata.name)
                return False
            return True

    def get_probes(self) -> dict[str, Probe]:
        """What `health_check` asks. Extend it with what your module depends on."""
        return {**self.context.probes, "provider": self.service.check_provider}

    async def health_check(self) -> ModuleHealth:
        """Run the probes; metrics are added while the database answers. Never raises."""
        if self._service is None:
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
        if self._service is None:
            return {}
        stats = await self._service.stats()
        return {**stats.model_dump(), "event_publish_failures": self.context.events.failures}
