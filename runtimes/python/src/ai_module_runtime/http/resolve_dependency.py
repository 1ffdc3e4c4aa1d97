"""Dependencies of the application, for the ports of a guest."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import lru_cache
from typing import Any, TypeVar, overload

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

T = TypeVar("T")

# Where a request keeps the value of the dependency.
VALUE = "ai_module_runtime.value"


@overload
async def resolve_dependency(request: Request, dependency: Callable[..., Awaitable[T]]) -> T: ...
@overload
async def resolve_dependency(request: Request, dependency: Callable[..., AsyncIterator[T]]) -> T: ...
@overload
async def resolve_dependency(request: Request, dependency: Callable[..., Iterator[T]]) -> T: ...
@overload
async def resolve_dependency(request: Request, dependency: Callable[..., T]) -> T: ...
async def resolve_dependency(request: Request, dependency: Callable[..., Any]) -> Any:
    """What a dependency of FastAPI is for a request, as in an endpoint of the application.

    The dependencies that it has, `yield` and `dependency_overrides` work. Its exceptions are raised here.

    Raises:
        HTTPException: with status 401, if the request lacks a parameter of the dependency.
    """
    scope = dict(request.scope)
    # Exceptions are for the caller, not for the handlers of the application.
    scope.pop("starlette.exception_handlers", None)
    try:
        await _route_of(request.app, dependency).app(scope, request.receive, _ignore)
    except RequestValidationError as error:
        raise HTTPException(401) from error
    return scope[VALUE]


# Bounded: tests may make many applications.
@lru_cache(maxsize=100)
def _route_of(app: Any, dependency: Callable[..., Any]) -> APIRoute:
    given = Depends(dependency)

    async def take(request: Request, value: Any = given) -> None:
        request.scope[VALUE] = value

    return APIRoute("/", take, response_model=None, dependency_overrides_provider=app)


async def _ignore(_message: Message) -> None:
    """The answer of the route, which has no content."""
