"""The text_digest module as the host sees it."""

from pathlib import Path

from fastapi import APIRouter

from app.ai import job_module as base
from app.core.event_bus import EventBus

from .config import TextDigestConfig, get_config
from .events import register_event_handlers
from .routes import router
from .service import TextDigestService


class TextDigestModule(base.JobModule):
    """The module's parts put together; starting, stopping and health checks come from `JobModule`."""

    def __init__(self) -> None:
        super().__init__(Path(__file__).parent)

    def get_config(self) -> TextDigestConfig:
        """The module's configuration."""
        return get_config()

    def create_service(self) -> TextDigestService:
        """A service with nothing opened yet."""
        return TextDigestService()

    def get_router(self) -> APIRouter:
        """The module's endpoints, without the prefix."""
        return router

    def register_events(self, event_bus: EventBus) -> None:
        """Subscribe to the events of the manifest."""
        service = self.get_service(TextDigestService)
        register_event_handlers(event_bus, service)
