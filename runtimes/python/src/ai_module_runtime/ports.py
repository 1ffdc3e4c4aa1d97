"""What the runtime takes from its host, besides settings."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import PostgresDsn
from sqlalchemy import URL

from ai_module_runtime.settings import check_database_url
from ai_module_runtime.users import User

if TYPE_CHECKING:
    from starlette.requests import Request

Authenticate = Callable[["Request"], "User | Awaitable[User | None] | None"]
May = Callable[[User, str], "bool | Awaitable[bool]"]
DatabaseUrl = str | URL | PostgresDsn


def is_allowed(user: User, permission: str) -> bool:
    """The default for `may`: admins, and users whose `permissions` contain it."""
    return user.has_permission(permission)


@dataclass(frozen=True)
class Ports:
    """Functions that the host's owner writes. Each may be `async`; others run in a thread.

    - `authenticate(request)` returns the user of a request, or None without valid credentials (401).
    - `may(user, permission)` decides about a `namespace:verb` (403).
    - `database` is a URL with any driver, `sqlalchemy.URL.create(…)` with its parts, or a function that returns one. By
      default it is `database_url` of the settings, or an embedded database in `data_dir`.
    - `logger` is the parent of the loggers of modules.
    - `cookies` is whether `authenticate` reads a cookie. Then requests that change something, without an Authorization
      header, must come from a page of the same origin, or of one of `origins`, such as `https://app.example.com`;
      others are answered with 403 `cross_origin`.
    - `env` are the variables of a guest in an application; by default those of the process.

    An `HttpError` with status 401, 403 or 503 is answered as it is. An `HTTPException`, or another exception with a
    `status_code`, of 403 is answered with 403, and one of `authenticate` with 400, 401 or 404 (no such user, inactive
    user) with 401. Anything else is logged and answered with 503: other exceptions, a
    result that is not a `User`, and a function that takes longer than 10 seconds.
    """

    authenticate: Authenticate
    may: May = is_allowed
    database: DatabaseUrl | Callable[[], DatabaseUrl | None] | None = field(default=None, repr=False)
    logger: logging.Logger = field(default_factory=lambda: logging.getLogger("ai_module_runtime"))
    cookies: bool = False
    origins: Collection[str] = ()
    env: Mapping[str, str] | None = field(default=None, repr=False)

    @property
    def database_url(self) -> str | None:
        """`database` as text.

        Raises:
            ValueError: it is not the address of a PostgreSQL database.
        """
        database = self.database() if callable(self.database) else self.database
        if database is None:
            return None
        if isinstance(database, URL):
            database = database.render_as_string(hide_password=False)
        try:
            return check_database_url(str(database))
        except ValueError as error:
            raise ValueError(f"the URL of the database {error}") from None
