"""The text_digest module; `load_module` is its entry point."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ai_module_runtime import BaseAIModule


def load_module() -> "BaseAIModule":
    """Make the module. Imported here and not above, so that workers do not load the web framework."""
    from .module import TextDigestModule

    return TextDigestModule()
