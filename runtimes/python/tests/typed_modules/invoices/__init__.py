"""The invoices module; `load_module` is its entry point."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .module import InvoicesModule


def load_module() -> "InvoicesModule":
    """Make the module. Imported here and not above, so that workers do not load the web framework."""
    from .module import InvoicesModule

    return InvoicesModule()
