"""Authentication and permissions as dependencies of routes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ai_module_runtime.errors import RETRY_AFTER, HttpError
from ai_module_runtime.host import Host, call_port
from ai_module_runtime.http.dependencies import HostDep
from ai_module_runtime.http.tokens import MAX_ID_LENGTH, bearer_token
from ai_module_runtime.json_values import UNUSABLE_TEXT
from ai_module_runtime.ports import May, is_allowed
from ai_module_runtime.users import User

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

CHALLENGE = {"WWW-Authenticate": "Bearer"}
PORT_STATUSES = (401, 403, 503)
# How functions of applications say that a request has no user: also one that is inactive, or was deleted.
NO_USER = (400, 401, 404)
# How long a function of the host's owner may take.
PORT_SECONDS = 10.0
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

# Where a request keeps its user, and the permissions that were checked.
USER = "ai_module_runtime.user"
GRANTED = "ai_module_runtime.granted"

# Documents the Authorization header; the host's port reads it from the request.
Documented = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(scheme_name="bearer", bearerFormat="JWT", auto_error=False)),
]


async def identify(request: Request, host: Host) -> User:
    """The caller. Asks the host's port once for each request.

    Raises:
        HttpError: 401 `not_authenticated` without a bearer token, `invalid_token` if the host knows no user for it,
            503 `authentication_unavailable` if the host cannot tell, 403 `cross_origin` if a cookie identifies the user
            of a page of another origin.
    """
    user: User | None = request.scope.get(USER)
    if user is None:
        user = await _ask(_authenticate(request, host))
        _check_user(user)
        if user is None:
            code = "not_authenticated" if bearer_token(request) is None else "invalid_token"
            raise HttpError(401, code, CHALLENGE)
        if host.ports.cookies:
            refuse_cross_origin(request, host.ports.origins)
        request.scope[USER] = user
    return user


async def assert_may(request: Request, host: Host, user: User, permission: str) -> None:
    """Check a permission of the caller. Asks the host's port once for each request.

    Raises:
        HttpError: 403 `permission_denied`, 503 `authentication_unavailable` if the host cannot tell.
    """
    granted: set[str] = request.scope.setdefault(GRANTED, set())
    if permission in granted:
        return
    if not await _ask(host.may(user, permission)):
        raise HttpError(403, "permission_denied")
    granted.add(permission)


def assert_admin(user: User) -> None:
    """Check that the caller is an admin.

    Raises:
        HttpError: 403 `permission_denied`.
    """
    if not user.is_admin:
        raise HttpError(403, "permission_denied")


def refuse_cross_origin(request: Request, origins: Collection[str]) -> None:
    """Check that a page of this origin, or of one in `origins`, sent a request that may change something.

    Raises:
        HttpError: 403 `cross_origin`.
    """
    headers = request.headers
    if request.method in SAFE_METHODS or "authorization" in headers:
        return
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and origin in origins:
        return
    is_same = _host_of(origin or "") == headers.get("host") if site is None else site == "same-origin"
    if not is_same:
        raise HttpError(403, "cross_origin")


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


async def _authenticate(request: Request, host: Host) -> User | None:
    try:
        return await host.authenticate(request)
    except Exception as error:
        # As functions of an application raise it.
        if not isinstance(error, HttpError) and _status_of(error) in NO_USER:
            return None
        raise


def _status_of(error: BaseException) -> object:
    """The status of an `HTTPException`, or of an error of the application that is made like one."""
    return getattr(error, "status_code", None)


def _check_user(user: object) -> None:
    """Check what `authenticate` has returned: jobs are stored for the user."""
    if user is None:
        return
    problem = None
    if not isinstance(user, User):
        problem = f"{type(user).__name__} is not a User"
    elif not 0 < len(user.id) <= MAX_ID_LENGTH or UNUSABLE_TEXT.search(user.id):
        problem = f"a user id has 1 to {MAX_ID_LENGTH} characters, and neither U+0000 nor unpaired surrogates"
    if problem is not None:
        logger.error("authentication failed: %s", problem)
        raise HttpError(503, "authentication_unavailable", RETRY_AFTER)


async def _ask(answer: Awaitable[R]) -> R:
    """The answer of a port. Its errors become 401, 403 or 503, never 500. So does one that does not come in time."""
    try:
        async with asyncio.timeout(PORT_SECONDS):
            return await answer
    except HttpError as error:
        if error.status in PORT_STATUSES:
            raise
        raise HttpError(503, "authentication_unavailable", RETRY_AFTER) from error
    except (Exception, SystemExit) as error:
        if _status_of(error) == 403:
            raise HttpError(403, "permission_denied") from error
        logger.exception("authentication failed")
        raise HttpError(503, "authentication_unavailable", RETRY_AFTER) from error


async def get_current_user(request: Request, host: HostDep, _documented: Documented) -> User:
    """The caller.

    Raises:
        HttpError: 401 without a user.
    """
    return await identify(request, host)


async def get_optional_user(request: Request, host: HostDep, documented: Documented) -> User | None:
    """The caller, or None without a good token: for public endpoints that show more to admins."""
    try:
        return await get_current_user(request, host, documented)
    except HttpError:
        return None


CurrentUser = Annotated[User, Depends(get_current_user)]
"""The user of a request; without one, the answer is 401."""
OptionalUser = Annotated[User | None, Depends(get_optional_user)]
"""The user of a request, or None."""


@dataclass(frozen=True)
class PermissionCheck:
    """A dependency that answers 403 to users without the permission and passes the others on."""

    permission: str

    async def __call__(self, request: Request, user: CurrentUser, host: HostDep) -> User:
        """The user, who has the permission."""
        await assert_may(request, host, user, self.permission)
        return user


def requires(permission: str) -> Any:
    """For the `dependencies` of a route: lets only users with `permission` call it.

    A dependency and not a decorator, so that it refuses before the request's path and body are validated.
    """
    return Depends(PermissionCheck(permission))


def require_permission(
    permission: str, may: May = is_allowed
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """A decorator of an endpoint that has the user among its arguments: 403 without the permission.

    It runs after the request was validated. Prefer `requires`, which refuses before.
    """

    def decorate(endpoint: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @wraps(endpoint)
        async def guarded(*arguments: P.args, **named: P.kwargs) -> R:
            users = (value for value in (*arguments, *named.values()) if isinstance(value, User))
            user = next(users, None)
            if user is None:
                raise HttpError(401, "not_authenticated", CHALLENGE)
            if not await call_port(may, user, permission):
                raise HttpError(403, "permission_denied")
            return await endpoint(*arguments, **named)

        return guarded

    return decorate


async def require_admin(user: CurrentUser) -> User:
    """Answer 403 to everyone but admins."""
    assert_admin(user)
    return user


Admin = Annotated[User, Depends(require_admin)]
"""The user of a request; if that is no administrator, the answer is 403."""
