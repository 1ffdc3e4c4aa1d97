"""Settings of a host: read from environment variables, checked, passed on as one object."""

import logging
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

API_PREFIX = "/api/v1"
PREFIX = "AI_"
DATABASE_URL = re.compile(r"postgres(ql)?(\+\w+)?://")
# Variables that have no prefix: where an application of its own listens.
SERVER_FIELDS = ("host", "port")
ENVIRONMENT_VARIABLES = ("APP_ENV", "NODE_ENV")
# A guest reads no variable that could be one of the application.
GUEST_ENVIRONMENT_VARIABLES = (f"{PREFIX}ENVIRONMENT",)

Environment = Literal["development", "test", "production"]


class SettingsError(SystemExit):
    """Invalid settings. Nothing catches it: the process ends and prints the reason."""


def _check_level(name: str) -> str:
    if name.upper() not in logging.getLevelNamesMapping():
        raise ValueError(f"must be one of {', '.join(logging.getLevelNamesMapping())}")
    return name.upper()


def check_database_url(url: str) -> str:
    """The URL with an escaped password, as SQLAlchemy and asyncpg would take what follows an @ for the host."""
    if not DATABASE_URL.match(url):
        raise ValueError(f"must begin with postgresql://{'' if url else ', and it is empty'}")
    scheme, _, rest = url.partition("://")
    end = min((found for mark in "/?#" if (found := rest.find(mark)) >= 0), default=len(rest))
    user, at, host = rest[:end].rpartition("@")
    url = f"{scheme}://{user.replace('@', '%40')}{at}{host}{rest[end:]}"
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("is not a valid URL: escape the password, such as %23 for # and %2F for /") from None
    return url


def _check_redis_url(url: str) -> str:
    if not url.startswith(("redis://", "rediss://")):
        raise ValueError("must begin with redis://")
    return url


def _check_role(role: str, info: ValidationInfo) -> str:
    if role == "worker" and not info.data.get("attached"):
        raise ValueError("must be all or web; with AI_REDIS_URL, workers are processes of Celery")
    return role


def _names(value: Any) -> Any:
    return frozenset(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value


class Settings(BaseModel):
    """The settings of a host. Make them with `read_settings`.

    `env` is the whole environment: modules read their own variables, such as `TEXT_DIGEST_TIMEOUT_SECONDS`, from it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    attached: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    database_url: Annotated[str, AfterValidator(check_database_url)] | None = Field(default=None, repr=False)
    direct_database_url: Annotated[str, AfterValidator(check_database_url)] | None = Field(default=None, repr=False)
    database_schema: str = Field(default="ai", pattern=r"^[a-z_][a-z0-9_]{0,50}$")
    redis_url: Annotated[str, AfterValidator(_check_redis_url)] | None = Field(default=None, repr=False)
    data_dir: Path = Path(".data")
    jwt_secret: str | None = Field(default=None, repr=False)
    check_token: str | None = Field(default=None, min_length=32, repr=False)
    metrics: Literal["loopback", "open", "off"] = "loopback"
    traces: Literal["on", "off"] = "off"
    metrics_token: str | None = Field(default=None, min_length=16, repr=False)
    log_level: Annotated[str, AfterValidator(_check_level)] = "INFO"
    worker_concurrency: int = Field(default=4, ge=1)
    disabled_modules: frozenset[str] = frozenset()
    job_lease_seconds: float = Field(default=10, gt=0)
    role: Annotated[Literal["all", "web", "worker"], BeforeValidator(_check_role)] = "all"
    test_endpoints: bool = False
    environment: Environment = "development"
    env: Mapping[str, str] = Field(default={}, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _split_names(cls, values: Any) -> Any:
        if isinstance(values, dict) and "disabled_modules" in values:
            return {**values, "disabled_modules": _names(values["disabled_modules"])}
        return values

    @model_validator(mode="after")
    def _check(self) -> Self:
        problems: list[str] = []
        if self.attached:
            # The database may come from the ports.
            return self
        for name, url in (("REDIS_URL", self.redis_url), ("DIRECT_DATABASE_URL", self.direct_database_url)):
            if url is not None and self.database_url is None:
                problems.append(f"{PREFIX}{name} needs {PREFIX}DATABASE_URL")
        if self.role != "all" and self.database_url is None:
            problems.append(f"{PREFIX}ROLE={self.role} needs {PREFIX}DATABASE_URL")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def production(self) -> bool:
        """Whether development conveniences are refused."""
        return self.environment == "production"

    @property
    def runs_jobs(self) -> bool:
        """Whether this process runs jobs: without Redis, unless the role is `web`."""
        return self.redis_url is None and self.role in ("all", "worker")

    def refuse_in_production(self, *, embedded: bool) -> None:
        """Check that nothing made for development is used in production.

        `embedded` is whether the database is.

        Raises:
            SettingsError: test endpoints, a token of `host attach --verify`, or the embedded database.
        """
        problems = []
        if self.production and embedded:
            problems.append("AI_DATABASE_URL: must be set in production, the embedded database is for development")
        if self.production and self.test_endpoints:
            problems.append("AI_TEST_ENDPOINTS: must not be set in production")
        if self.production and self.check_token is not None:
            problems.append("AI_CHECK_TOKEN: must not be set in production")
        if problems:
            raise SettingsError("\n".join(problems))


def read_environment(env_file: str | Path | None = ".env") -> dict[str, str]:
    """The environment variables of the process, over those of a file.

    The file is optional, and may begin with a byte order mark. The process's own environment is not changed.
    """
    values = {} if not env_file else dotenv_values(env_file, encoding="utf-8-sig")
    return {**{name: value for name, value in values.items() if value is not None}, **os.environ}


def read_settings(env: Mapping[str, str], *, without_prefix: bool = False, attached: bool = False) -> Settings:
    """Read the settings of a host from environment variables. An empty variable counts as absent.

    Variables have the prefix `AI_`, such as `AI_DATABASE_URL`. With `without_prefix`, for an application of its own, also
    `DATABASE_URL` and so on are read, and `HOST` and `PORT`; the prefixed variable wins. With `attached`, for a guest in an
    application, only prefixed variables are read: `AI_ENVIRONMENT` takes the place of `APP_ENV`, `AI_REDIS_URL` is ignored.

    Raises:
        SettingsError: the message has a line for each variable that is not valid, and never a value.
    """
    given = {name: value for name, value in env.items() if value != ""}
    values: dict[str, Any] = {"env": given, "attached": attached}
    sources: dict[str, str] = {}
    for field in Settings.model_fields:
        if field in ("attached", "env", "environment", "redis_url" if attached else "check_token"):
            continue
        for variable in _variables(field, without_prefix):
            if variable in given:
                values[field], sources[field] = given[variable], variable
                break
    environment, problems = _environment(given, GUEST_ENVIRONMENT_VARIABLES if attached else ENVIRONMENT_VARIABLES)
    values["environment"] = environment
    try:
        settings = Settings(**values)
    except ValidationError as error:
        for item in error.errors():
            field = ".".join(map(str, item["loc"]))
            message = item["msg"].removeprefix("Value error, ")
            problems.append(f"{sources.get(field, field.upper())}: {message}" if field else message)
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _variables(field: str, without_prefix: bool) -> tuple[str, ...]:
    name = field.upper()
    if field in SERVER_FIELDS:
        return (name,) if without_prefix else ()
    return (f"{PREFIX}{name}", name) if without_prefix else (f"{PREFIX}{name}",)


def _environment(given: Mapping[str, str], variables: Sequence[str]) -> tuple[str, list[str]]:
    """`production` if one of the variables is; a name that is not known is refused, since it may be a misspelled one."""
    known = ("development", "test", "production")
    values = {variable: given[variable] for variable in variables if variable in given}
    problems = [
        f"{variable}: must be one of {', '.join(known)}" for variable, value in values.items() if value not in known
    ]
    named = [value for value in values.values() if value in known]
    return next((name for name in reversed(known) if name in named), "development"), problems
