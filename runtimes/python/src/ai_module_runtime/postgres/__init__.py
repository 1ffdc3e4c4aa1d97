"""A private PostgreSQL for development and tests: a child process that ends with its host."""

from ai_module_runtime.postgres.embedded import EmbeddedPostgres, start_embedded_postgres
from ai_module_runtime.postgres.error import EmbeddedPostgresError

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "start_embedded_postgres"]
