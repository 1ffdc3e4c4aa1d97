"""Middleware of applications around a guest."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_module_runtime.guest_app import FrontRoute
from ai_module_runtime.guest_layer import put_around

LARGE = {"text": "x" * 5_000}


async def echo(request: Request) -> Response:
    body = await request.body()
    seen = {"body": body.decode(), "shop": getattr(request.state, "shop", None)}
    return JSONResponse({**LARGE, **seen}, 202, {"x-own": "guest", "location": "/ai/jobs/1"})


async def documents(_request: Request) -> Response:
    return Response("page", headers={"cache-control": "max-age=60", "vary": "accept"})


async def refuse(_request: Request) -> Response:
    return Response(status_code=204)


guest = Starlette(
    routes=[Route("/ai/echo", echo, methods=["POST"]), Route("/ai/docs", documents), Route("/ai/empty", refuse)]
)


def attached(app: Any, to: ASGIApp = guest) -> Any:
    """An application with a guest, as `GuestApp.attach` makes it."""
    app.router.routes.insert(0, FrontRoute("/ai", to))  # type: ignore[arg-type]
    put_around(app, "/ai")
    return app


def shop(*middleware: tuple[Any, dict[str, Any]]) -> Any:
    """An application with middleware, the outermost last."""

    async def hello(_request: Request) -> Response:
        return JSONResponse({"hello": "shop"})

    app = attached(Starlette(routes=[Route("/hello", hello)]))
    for kind, options in middleware:
        app.add_middleware(kind, **options)
    return app


class Envelope(BaseHTTPMiddleware):
    """Wraps each JSON body, and lets everyone store it."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        request.state.shop = "open"
        response = await call_next(request)
        response.headers["cache-control"] = "public"
        response.headers["etag"] = "x"
        response.headers["x-own"] = "shop"
        response.headers["x-request-id"] = "7"
        if response.headers.get("content-type") != "application/json":
            return response
        body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
        return JSONResponse({"data": json.loads(body)}, response.status_code)


class ReadsBody(BaseHTTPMiddleware):
    """Reads the body of each request."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        await request.body()
        return await call_next(request)


class Middleware:
    """Middleware of ASGI, for requests."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.app if scope["type"] == "lifespan" else self.answer)(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise NotImplementedError


class SendsLate(Middleware):
    """Keeps the answer until the application has returned."""

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        for message in messages:
            await send(message)


class ParsesEverything(Middleware):
    """Fails if a body is not JSON."""

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def parse(message: Message) -> None:
            if message["type"] == "http.response.body":
                json.loads(message["body"])
            await send(message)

        await self.app(scope, receive, parse)


class WatchesConnection(Middleware):
    """Receives all messages itself, and gives the body to the application."""

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages: asyncio.Queue[Message] = asyncio.Queue()

        async def watch() -> None:
            while True:
                message = await receive()
                await messages.put(message)
                if message["type"] == "http.disconnect":
                    return

        watching = asyncio.create_task(watch())
        try:
            await self.app(scope, messages.get, send)
        finally:
            watching.cancel()


KINDS: list[tuple[Any, dict[str, Any]]] = [
    (Envelope, {}),
    (GZipMiddleware, {"minimum_size": 10}),
    (ReadsBody, {}),
    (SendsLate, {}),
    (WatchesConnection, {}),
    (ParsesEverything, {}),
]


@pytest.mark.parametrize("middleware", [*([kind] for kind in KINDS), KINDS[:-1], KINDS[-2::-1]])
def test_middleware_does_not_change_answers(middleware: list[tuple[Any, dict[str, Any]]]) -> None:
    own = {"x-own": "guest", "location": "/ai/jobs/1", "content-type": "application/json"}
    with TestClient(shop(*middleware)) as client:
        answer = client.post("/ai/echo", content="hello")
        seen = "open" if (Envelope, {}) in middleware else None
        assert answer.status_code == 202
        assert answer.json() == {**LARGE, "body": "hello", "shop": seen}
        assert {name: answer.headers[name] for name in own} == own
        assert answer.headers["content-length"] == str(len(answer.content))
        assert {"cache-control", "etag", "content-encoding"}.isdisjoint(answer.headers)
        assert answer.headers.get("x-request-id") == ("7" if seen else None)
        assert client.get("/ai/empty").status_code == 204
        assert client.head("/ai/docs").text == ""
        assert client.get("/ai/nowhere").status_code == 404


def test_the_application_answers_as_before() -> None:
    client = TestClient(shop(*KINDS[:-1]))
    answer = client.get("/hello")
    assert answer.json() == {"data": {"hello": "shop"}}
    assert answer.headers["content-encoding"] == "gzip"
    assert client.get("/aix").status_code == 404


def test_middleware_adds_headers_and_may_answer_itself() -> None:
    cors = {"allow_origins": ["https://app.example.com"], "allow_credentials": True}
    app = shop((KeepsSession, {}), (CORSMiddleware, cors))
    client = TestClient(app, headers={"origin": "https://app.example.com"})
    answer = client.get("/ai/docs")
    assert answer.text == "page"
    assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
    assert answer.headers["cache-control"] == "max-age=60"
    assert answer.headers["vary"] == "accept, Origin"
    assert "session=seen-200" in answer.headers["set-cookie"]
    preflight = client.options("/ai/docs", headers={"access-control-request-method": "POST"})
    assert preflight.status_code == 400
    assert preflight.headers["access-control-allow-origin"] == "https://app.example.com"
    refused = client.get("/ai/docs", headers={"x-refuse": "1"})
    assert (refused.status_code, refused.json()) == (429, {"shop": "too many"})


class KeepsSession(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        if "x-refuse" in request.headers:
            return JSONResponse({"shop": "too many"}, 429)
        response = await call_next(request)
        response.set_cookie("session", f"seen-{response.status_code}")
        return response


def test_an_error_before_the_guest_is_one_of_the_application() -> None:
    class Fails(Middleware):
        async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        TestClient(shop((Fails, {}))).get("/ai/docs")
    assert TestClient(shop((Fails, {})), raise_server_exceptions=False).get("/ai/docs").status_code == 500


def test_middleware_that_is_added_later_and_a_lifespan() -> None:
    app = attached(FastAPI())
    app.add_middleware(Envelope)
    with TestClient(app) as client:
        assert client.get("/ai/docs").headers["cache-control"] == "max-age=60"
        assert "paths" in client.get("/openapi.json").json()["data"]


@pytest.mark.anyio
async def test_middleware_may_answer_while_the_guest_works() -> None:
    released = asyncio.Event()

    async def work(_request: Request) -> Response:
        await released.wait()
        return Response("guest")

    class GivesUp(Middleware):
        async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
            async def ignore(_message: Message) -> None:
                return

            working = asyncio.ensure_future(self.app(scope, receive, ignore))
            await asyncio.sleep(0)
            await send({"type": "http.response.start", "status": 504, "headers": []})
            released.set()
            await working
            await send({"type": "http.response.body", "body": b"late"})

    app = attached(Starlette(), Starlette(routes=[Route("/ai/work", work)]))
    app.add_middleware(GivesUp)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async with asyncio.timeout(60):
        await call(app, "/ai/work", requested(asyncio.Event()), send)
    assert [message.get("status", message.get("body")) for message in sent] == [504, b"late"]


async def call(app: ASGIApp, path: str, receive: Receive, send: Send) -> None:
    """Like a server, without its buffers."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "query_string": b"", "headers": []}
    await app({**scope, "asgi": {"version": "3.0"}, "http_version": "1.1"}, receive, send)


@pytest.mark.anyio
@pytest.mark.parametrize("middleware", [*([kind] for kind in KINDS), KINDS[:-1]])
async def test_middleware_does_not_delay_a_stream(middleware: list[tuple[Any, dict[str, Any]]]) -> None:
    arrived, disconnected = asyncio.Event(), asyncio.Event()

    async def stream(_request: Request) -> Response:
        async def chunks() -> Any:
            yield "first"
            # The second part is only made when the client has the first one.
            await arrived.wait()
            yield "second"

        return StreamingResponse(chunks(), media_type="application/json")

    app = attached(Starlette(), Starlette(routes=[Route("/ai/stream", stream)]))
    for kind, options in middleware:
        app.add_middleware(kind, **options)
    sent: list[bytes] = []

    async def send(message: Message) -> None:
        if message.get("body"):
            sent.append(message["body"])
            arrived.set()

    receive = requested(disconnected)
    async with asyncio.timeout(60):
        await call(app, "/ai/stream", receive, send)
    assert sent == [b"first", b"second"]


def requested(disconnected: asyncio.Event) -> Callable[[], Awaitable[Message]]:
    """A request without a body, whose client stays until it is disconnected."""
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await disconnected.wait()
        return {"type": "http.disconnect"}

    return receive


@pytest.mark.anyio
async def test_a_client_that_has_gone_ends_a_stream() -> None:
    disconnected, ended = asyncio.Event(), asyncio.Event()

    async def stream(_request: Request) -> Response:
        async def chunks() -> Any:
            try:
                while True:
                    yield "more"
                    await asyncio.sleep(0)
            finally:
                ended.set()

        return StreamingResponse(chunks())

    app = attached(Starlette(), Starlette(routes=[Route("/ai/stream", stream)]))
    app.add_middleware(Envelope)

    async def send(message: Message) -> None:
        if message.get("body"):
            disconnected.set()

    async with asyncio.timeout(60):
        await call(app, "/ai/stream", requested(disconnected), send)
        await ended.wait()
