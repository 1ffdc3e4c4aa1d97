"""The invoices module as the host sees it."""

from ai_module_runtime import JobModule, ModuleParts

from .events import register_event_handlers
from .routes import routes
from .service import InvoicesService


class InvoicesModule(JobModule[InvoicesService]):
    """Reads invoices."""

    parts = ModuleParts(service=InvoicesService, routes=routes, register_event_handlers=register_event_handlers)
