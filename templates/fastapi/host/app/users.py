"""Users and their permissions. Change these functions to use your own accounts or identity provider."""

from typing import TYPE_CHECKING

from ai_module_runtime import Tokens, User, bearer_token

from app.settings import settings

if TYPE_CHECKING:
    from fastapi import Request

tokens = Tokens(settings)


async def authenticate(request: "Request") -> User | None:
    """The user of a request; None without a valid token, which is answered with 401."""
    token = bearer_token(request)
    return None if token is None else tokens.read(token)


async def may(user: User, permission: str) -> bool:
    """Whether the user may do `permission`, a `namespace:verb`; False is answered with 403."""
    return user.has_permission(permission)
