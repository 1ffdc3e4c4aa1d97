"""What every module is to the host."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from ai_module_runtime.clock import UtcTime, utcnow
from ai_module_runtime.modules.manifest import ModuleMetadata

if TYPE_CHECKING:
    from fastapi import APIRouter

    from ai_module_runtime.events.module_events import ModuleEvents
    from ai_module_runtime.modules.context import ModuleContext


class ModuleHealth(BaseModel):
    """How a module is: all probes fine = healthy, some = degraded, none or not started = unhealthy."""

    status: Literal["healthy", "degraded", "unhealthy"]
    dependencies_ok: bool
    last_check: UtcTime = Field(default_factory=utcnow)
    metrics: dict[str, Any] = {}


class BaseAIModule(ABC):
    """The interface of a module. Most modules inherit from `JobModule`, which implements it for jobs."""

    def set_context(self, context: "ModuleContext") -> None:  # noqa: B027
        """Take what the host gives to the module, and read the configuration. Called once, before `initialize`.

        Raises:
            Exception: the configuration is not valid; the module is not started.
        """

    @abstractmethod
    def get_metadata(self) -> ModuleMetadata:
        """The contents of the module's manifest."""

    @abstractmethod
    async def initialize(self) -> bool:
        """Start. Calling it again does no harm; False means not started, with everything closed again."""

    @abstractmethod
    async def shutdown(self) -> bool:
        """Stop and close everything. Calling it again does no harm; False means something did not close."""

    @abstractmethod
    async def health_check(self) -> ModuleHealth:
        """Probe what the module depends on. Never raises."""

    @abstractmethod
    def get_router(self) -> "APIRouter":
        """The module's endpoints, without the prefix."""

    @abstractmethod
    def register_events(self, event_bus: "ModuleEvents") -> None:
        """Subscribe to the events of the manifest. Called once, after `initialize`."""

    @abstractmethod
    async def process(self, request: Any) -> Any:
        """Do the module's work at once, without a job."""

    @abstractmethod
    async def get_metrics(self) -> dict[str, Any]:
        """Figures for the module's admins, as JSON values."""

    @abstractmethod
    def get_config_schema(self) -> dict[str, Any]:
        """The JSON Schema of the module's configuration."""
