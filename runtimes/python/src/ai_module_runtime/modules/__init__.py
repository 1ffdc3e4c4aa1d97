"""Modules: manifests, configuration, and how they are found, started and stopped."""
