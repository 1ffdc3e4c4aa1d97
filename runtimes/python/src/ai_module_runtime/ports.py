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


def may_by_permissions(user: User, permission: str) -> bool:
    """The default for `may`: admins, and users whose `permissions` contain it."""
    return user.has_permission(permission)


@dataclass(frozen=True)
class Ports:
    """Functions that the host's owner writes. Each may be `async`; others run in a thread.

    - `authenticate(request)` returns the user of a request, or None without valid credentials (401).
    - `may(user, permission)` decides about a `namespace:verb` (403).

    An exception in either is logged and answered with 503, because nothing is known about the user then.
    """

    authenticate: Authenticate
    may: May = may_by_permissions
    logger: logging.Logger = field(default_factory=lambda: logging.getLogger("ai_module_runtime"))
