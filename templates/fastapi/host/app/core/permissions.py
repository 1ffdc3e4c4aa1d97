"""Permissions of endpoints."""

from ai_module_runtime import CurrentUser, require_permission, requires

__all__ = ["CurrentUser", "require_permission", "requires"]
