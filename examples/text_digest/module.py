"""The text_digest module as the host sees it."""

from ai_module_runtime import JobModule, ModuleParts

from .events import register_event_handlers
from .routes import routes
from .service import TextDigestService


class TextDigestModule(JobModule[TextDigestService]):
    """The module's parts put together; starting, stopping and health checks come from `JobModule`."""

    parts = ModuleParts(service=TextDigestService, routes=routes, register_event_handlers=register_event_handlers)
