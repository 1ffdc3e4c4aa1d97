"""Modules of the tests."""
