"""What the runtime takes from its host, besides settings."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ai_module_runtime.users import User

if TYPE_CHECKING:
    from starlette.requests import Request

Authenticate = Callable[["Request"], "User | Awaitable[User | None] | None"]
May = Callable[[User, str], "bool | Awaitable[bool]"]


def is_allowed(user: User, permission: str) -> bool:
    """The default for `may`: admins, and users whose `permissions` contain it."""
    return user.has_permission(permission)


@dataclass(frozen=True)
class Ports:
    """Functions that the host's owner writes. Each may be `async`; others run in a thread.

    - `authenticate(request)` returns the user of a request, or None without valid credentials (401).
    - `may(user, permission)` decides about a `namespace:verb` (403).
    - `database` is a URL. By default it is `database_url` of the settings, or an embedded database in `data_dir`.
    - `logger` is the parent of the loggers of modules.

    An `HttpError` with status 401, 403 or 503 is answered as it is; any other exception is logged and answered with 503.
    """

    authenticate: Authenticate
    may: May = is_allowed
    database: str | None = field(default=None, repr=False)
    logger: logging.Logger = field(default_factory=lambda: logging.getLogger("ai_module_runtime"))
