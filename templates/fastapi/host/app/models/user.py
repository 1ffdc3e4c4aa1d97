"""The user of a request."""

from ai_module_runtime import User

__all__ = ["User"]
