"""The shop."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypedDict

from fastapi import APIRouter, Body, FastAPI, HTTPException, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .ai.attachment import attach

logging.basicConfig(level=os.environ.get("SHOP_LOG", "warning").upper())
USERS = {"anna": {"name": "anna", "boss": False}, "bob": {"name": "bob", "boss": False}}
BOSS = {"name": "carl", "boss": True}


class State(TypedDict):
    warehouse: str


class Envelope:
    """Marks every answer of the shop, and counts what it let through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def mark(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-shop", b"open")]
            await send(message)

        await self.app(scope, receive, mark)


class ShopError(Exception):
    """An error of the shop with the status to answer."""

    def __init__(self, status_code: int) -> None:
        super().__init__()
        self.status_code = status_code


def current_user(request: Request) -> dict[str, Any]:
    """The user of a request, by the shop's own rules."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token == "banned":
        raise HTTPException(403, "banned")
    if token == "expired":
        raise ShopError(401)
    if token == "inactive":
        raise HTTPException(400, "inactive user")
    if token == "deleted":
        raise HTTPException(404, "no such user")
    if token == "broken":
        raise RuntimeError("the shop's user database is away")
    user = {**USERS, "carl": BOSS}.get(token)
    if user is None:
        raise HTTPException(401, "who are you?")
    return user


router = APIRouter(prefix="/items", tags=["items"])


@router.get("/{item_id}")
async def get_item(item_id: int) -> dict[str, int]:
    return {"id": item_id}


@router.post("", status_code=201)
def create_item(name: Annotated[str, Body(embed=True, max_length=20)], request: Request) -> dict[str, str]:
    return {"name": name, "owner": current_user(request)["name"], "at": request.state.warehouse}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    app.state.log = ["opened"]
    yield {"warehouse": "north"}
    app.state.log.append("closed")


def create_app(*, attached: bool = True) -> FastAPI:
    """A new shop."""
    app = FastAPI(title="Shop", lifespan=lifespan)
    app.state.name = "shop"
    app.add_middleware(GZipMiddleware, minimum_size=500)
    app.add_middleware(Envelope)

    @app.exception_handler(StarletteHTTPException)
    async def on_error(_request: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse({"shop_error": error.detail}, error.status_code)

    @app.get("/old")
    async def old() -> RedirectResponse:
        return RedirectResponse("/items/1")

    app.include_router(router)
    if attached:
        attach(app)

    @app.api_route("/{path:path}", methods=["GET", "POST"], include_in_schema=False)
    async def catch_all(path: str) -> JSONResponse:
        return JSONResponse({"shop_error": f"no {path}"}, 404)

    return app


app = create_app()
