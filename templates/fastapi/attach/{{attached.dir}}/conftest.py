"""Fixtures for the tests of the modules: `host`, a running host with all modules, and `user_id`."""

from ai_module_runtime.testing.fixtures import host, user_id

__all__ = ["host", "user_id"]
