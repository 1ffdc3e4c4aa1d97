"""Settings of the host, read from the environment and from a `.env` file."""

import logging
import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from dotenv import load_dotenv
from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url

API_PREFIX = "/api/v1"
PRODUCTION = "production"


class ConfigurationError(SystemExit):
    """Settings that make no sense. Nobody catches it: the process ends and says why."""


def _check_level(name: str) -> str:
    if name.upper() not in logging.getLevelNamesMapping():
        raise ValueError(f"must be one of {', '.join(logging.getLevelNamesMapping())}")
    return name.upper()


class Settings(BaseSettings):
    """One attribute per environment variable of the same name in upper case."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    database_url: str | None = Field(default=None, repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    data_dir: Path = Path(".data")
    jwt_secret: str | None = Field(default=None, repr=False)
    log_level: Annotated[str, AfterValidator(_check_level)] = "INFO"
    worker_concurrency: int = Field(default=4, ge=1)
    disabled_modules: str = ""
    modules_dir: Path | None = None
    job_lease_seconds: float = Field(default=10, gt=0)
    test_endpoints: bool = False
    app_env: str = "development"
    node_env: str = "development"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.redis_url is not None and self.database_url is None:
            raise ValueError("REDIS_URL needs DATABASE_URL")
        if self.production and not self.jwt_secret:
            raise ValueError("JWT_SECRET must be set in production")
        if self.production and self.test_endpoints:
            raise ValueError("TEST_ENDPOINTS must not be set in production")
        return self

    @property
    def production(self) -> bool:
        """Whether development conveniences are refused."""
        return PRODUCTION in (self.app_env, self.node_env)

    @property
    def distributed(self) -> bool:
        """Whether tasks and events go through Redis to other processes."""
        return self.redis_url is not None

    @property
    def broker_url(self) -> str:
        """The Celery broker."""
        return self.redis_url or "memory://localhost"

    @property
    def disabled(self) -> frozenset[str]:
        """Names of the modules that must not be started."""
        return frozenset(name.strip() for name in self.disabled_modules.split(",") if name.strip())

    @property
    def async_database_url(self) -> str:
        """DATABASE_URL with the asynchronous driver filled in; SQLite under DATA_DIR when there is none."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'app.db'}"
        url = make_url(self.database_url)
        dialect = {"postgres": "postgresql"}.get(url.get_backend_name(), url.get_backend_name())
        driver = {"postgresql": "asyncpg", "sqlite": "aiosqlite"}.get(dialect, url.get_driver_name())
        query = {"ssl" if key == "sslmode" else key: value for key, value in url.query.items()}
        return url.set(drivername=f"{dialect}+{driver}", query=query).render_as_string(hide_password=False)


@lru_cache
def get_settings() -> Settings:
    """Read the settings once. ENV_FILE names another file than `.env`; empty, none is read.

    Raises:
        ConfigurationError: it names every variable at fault, and never a value.
    """
    env_file = os.environ.get("ENV_FILE", ".env")
    if env_file:
        load_dotenv(env_file)
    try:
        return Settings()
    except ValidationError as error:
        problems = [_problem(".".join(map(str, item["loc"])), item["msg"]) for item in error.errors()]
        raise ConfigurationError("\n".join(problems)) from None


def _problem(name: str, message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{name.upper()}: {message}" if name else message
