"""The host's own HTTP endpoints."""
