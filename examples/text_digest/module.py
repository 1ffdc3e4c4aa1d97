"""The text_digest module as the host sees it."""

from pathlib import Path

import ai_module_runtime as base
from ai_module_runtime import ModuleContext, ModuleEvents
from fastapi import APIRouter

from .config import TextDigestConfig
from .events import register_event_handlers
from .routes import router
from .service import TextDigestService


class TextDigestModule(base.JobModule):
    """The module's parts put together; starting, stopping and health checks come from `JobModule`."""

    def __init__(self) -> None:
        super().__init__(Path(__file__).parent)

    def get_config_class(self) -> type[TextDigestConfig]:
        """What the manifest's configuration must fit."""
        return TextDigestConfig

    def create_service(self, context: ModuleContext) -> TextDigestService:
        """A service with nothing opened yet."""
        return TextDigestService(context)

    def get_router(self) -> APIRouter:
        """The module's endpoints, without the prefix."""
        return router

    def register_events(self, event_bus: ModuleEvents) -> None:
        """Subscribe to the events of the manifest."""
        service = self.get_service(TextDigestService)
        register_event_handlers(event_bus, service)
