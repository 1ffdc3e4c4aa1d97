"""Fixtures for every test of the host and of its modules."""

pytest_plugins = ["app.testing.fixtures"]
