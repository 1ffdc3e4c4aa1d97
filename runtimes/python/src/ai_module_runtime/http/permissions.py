"""Permissions as dependencies of routes."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends

from app.api.v1.auth import get_current_user
from app.core.errors import ApiError
from app.models.user import User

CurrentUser = Annotated[User, Depends(get_current_user)]


@dataclass(frozen=True)
class PermissionCheck:
    """A dependency that answers 403 to users without the permission and passes the others on."""

    permission: str

    async def __call__(self, user: CurrentUser) -> User:
        """The user, who has the permission."""
        if not user.has_permission(self.permission):
            raise ApiError(403, "permission_denied")
        return user


def requires(permission: str) -> Any:
    """For the `dependencies` of a route: lets only users with `permission` call it.

    A dependency and not a decorator, so that it refuses before the request's path and body are validated.
    """
    return Depends(PermissionCheck(permission))


async def require_admin(user: CurrentUser) -> User:
    """Answer 403 to everyone but admins."""
    if not user.is_admin:
        raise ApiError(403, "permission_denied")
    return user
