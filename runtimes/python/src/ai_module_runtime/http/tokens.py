"""Who is calling: JSON Web Tokens signed with HS256. The token is the user."""

from datetime import timedelta
from typing import Annotated, Any

import jwt
from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.clock import utcnow
from app.core.errors import ApiError
from app.core.secrets import get_jwt_secret
from app.models.user import User

ALGORITHM = "HS256"
CHALLENGE = {"WWW-Authenticate": "Bearer"}
DEFAULT_LIFETIME = timedelta(hours=12)

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


class Claims(BaseModel):
    """What a token must say. `sub` is stored, and PostgreSQL stores no NUL."""

    model_config = ConfigDict(strict=True)

    sub: str = Field(min_length=1, max_length=255, pattern=r"^[^\x00]+$")
    permissions: list[str] = []
    admin: bool = False


def create_token(
    user_id: str,
    permissions: list[str],
    *,
    admin: bool = False,
    lifetime: timedelta = DEFAULT_LIFETIME,
) -> str:
    """A signed token for `user_id`."""
    claims: dict[str, Any] = {
        "sub": user_id,
        "permissions": permissions,
        "admin": admin,
        "exp": utcnow() + lifetime,
    }
    return jwt.encode(claims, get_jwt_secret(), algorithm=ALGORITHM)


def read_token(token: str) -> User:
    """The user that a token stands for.

    Raises:
        ApiError: 401 `invalid_token`.
    """
    try:
        payload = jwt.decode(token, get_jwt_secret(), algorithms=[ALGORITHM], options={"require": ["exp", "sub"]})
        claims = Claims.model_validate(payload)
    except (jwt.InvalidTokenError, ValidationError):
        raise ApiError(401, "invalid_token", CHALLENGE) from None
    return User(id=claims.sub, is_admin=claims.admin, permissions=frozenset(claims.permissions))


async def get_current_user(credentials: Credentials) -> User:
    """The caller, from the Authorization header.

    Raises:
        ApiError: 401 `not_authenticated` without a bearer token, `invalid_token` with a bad one.
    """
    if credentials is None:
        raise ApiError(401, "not_authenticated", CHALLENGE)
    return read_token(credentials.credentials)


async def get_optional_user(credentials: Credentials) -> User | None:
    """The caller, or None without a good token: for public endpoints that tell admins more."""
    try:
        return await get_current_user(credentials)
    except ApiError:
        return None
