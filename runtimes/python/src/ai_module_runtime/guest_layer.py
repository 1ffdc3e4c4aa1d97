"""A layer outside of an application's middleware, which keeps it from changing or delaying what a guest answers.

Requests pass through the middleware: it finds sessions and users, answers preflight requests, and may refuse. Once the
guest knows the status, the middleware gets an answer with that status and without a body, and adds its headers, such as
those of CORS and cookies. The client gets these, and the status, headers and body of the guest.
"""

import asyncio
import logging
import re
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]

# Where the scope of a request keeps its exchange.
EXCHANGE = "ai_module_runtime.exchange"
# Headers about a body, and about storing it, that an application sets for its own answers.
ABOUT_BODY = re.compile(
    rb"content-(?!security-policy)|(cache-control|etag|expires|last-modified|pragma|age|accept-ranges)$"
    rb"|(transfer-encoding|trailer|digest|repr-digest)$",
    re.IGNORECASE,
)
# Headers that an answer may have several times.
REQUEST_ID = b"x-request-id"
REPEATABLE = (b"set-cookie", b"vary")

logger = logging.getLogger("ai_module_runtime.guest")


def path_in_app(scope: Scope) -> str:
    """The path of a request without the one at which the application is mounted."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    return path.removeprefix(root) if f"{path}/".startswith(f"{root}/") else path


def is_below(prefix: str, scope: Scope) -> bool:
    """Whether a request is below the prefix of a guest."""
    path = path_in_app(scope)
    if scope["type"] not in ("http", "websocket") or not f"{path}/".startswith(f"{prefix}/"):
        return False
    # In `/ai%2Fx` the slash belongs to the name. Middleware may have changed the path only.
    full: str = scope["path"]
    raw: str = scope.get("raw_path", b"").decode("latin-1")
    head = full.removesuffix(path) + prefix
    return unquote(raw) != full or unquote("/".join(raw.split("/")[: head.count("/") + 1])) == head


class GuestLayer:
    """The outermost middleware of an application."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the application."""
        if scope["type"] != "http" or not is_below(self._prefix, scope):
            return await self._app(scope, receive, send)
        await Exchange(receive, send).run(self._app, scope)


def put_around(app: Any, prefix: str) -> None:
    """Put a layer around the middleware of a Starlette application, also around what is added later."""
    build = app.build_middleware_stack
    app.build_middleware_stack = lambda: GuestLayer(build(), prefix)
    if app.middleware_stack is not None:
        app.middleware_stack = GuestLayer(app.middleware_stack, prefix)


class Exchange:
    """A request below the prefix, and its answer. `receive` and `send` are those of the server."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._send = send
        self._requested = Requested(receive)
        self._answered: asyncio.Queue[Message | None] = asyncio.Queue(1)
        self._guest: asyncio.Task[None] | None = None
        self._head: Message | None = None
        self._added: list[Header] = []
        self._is_sent = False
        self._is_refused = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Pass the request to the application, and send what it or the guest answers."""
        scope[EXCHANGE] = self
        try:
            await self._pass(app, scope)
            if self._head is not None:
                await self._send_answer(self._head)
        finally:
            if self._guest is not None:
                self._guest.cancel()

    async def _pass(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self._requested.reader(keeps=True), self._take)
        except Exception:
            if self._head is None or self._is_sent:
                raise
            logger.exception("middleware of the application failed after the AI modules have answered")

    async def answer(self, guest: ASGIApp, scope: Scope, send: Send) -> None:
        """Let the guest answer, which never raises, and give its status to the middleware of the application."""
        # A task of its own: middleware may wait for the end of this call before it sends the head.
        self._guest = asyncio.create_task(self._run_guest(guest, scope))
        head = await self._answered.get()
        if head is None:
            return
        self._head = head
        await send({**head, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _run_guest(self, guest: ASGIApp, scope: Scope) -> None:
        # Not what middleware passes on: that ends when the middleware has its answer.
        await guest(scope, self._requested.reader(), self._answered.put)
        await self._answered.put(None)

    async def _take(self, message: Message) -> None:
        """Take what the middleware sends."""
        if self._head is None or self._is_refused:
            if message["type"] == "http.response.start":
                # The application answers itself, such as without a user, or after a time.
                self._is_refused = self._is_sent = True
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._added = list(message.get("headers", []))
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            await self._send_answer(self._head)

    async def _send_answer(self, head: Message) -> None:
        if self._is_sent:
            return
        self._is_sent = True
        await self._send({**head, "headers": merge_headers(head["headers"], self._added)})
        while (message := await self._answered.get()) is not None:
            await self._send(message)


class Requested:
    """What a client sends, for two readers: the middleware, and the guest."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []
        self._receiving = asyncio.Lock()

    def reader(self, *, keeps: bool = False) -> Receive:
        """A function that receives all messages. If it does not keep bodies, other readers only get what it left."""
        position = 0

        async def receive() -> Message:
            nonlocal position
            is_known = position < len(self._messages)
            message = self._messages[position] if is_known else await self._receive_next(position, keeps=keeps)
            # Nothing follows the end of the connection.
            position += message["type"] != "http.disconnect"
            return message

        return receive

    async def _receive_next(self, position: int, *, keeps: bool) -> Message:
        async with self._receiving:
            # The other reader may have received it meanwhile.
            if position < len(self._messages):
                return self._messages[position]
            message = await self._receive()
            self._messages.append(message if keeps else {**message, "body": b""})
            return message


def merge_headers(own: list[Header], added: list[Header]) -> list[Header]:
    """The headers of the guest, and those of the application that are not about a body. Its request id is the known one."""
    if any(name.lower() == REQUEST_ID for name, _ in added):
        own = [(name, value) for name, value in own if name.lower() != REQUEST_ID]
    taken = {name.lower() for name, _ in own}.difference(REPEATABLE)
    return [*own, *((name, value) for name, value in added if name.lower() not in taken and not ABOUT_BODY.match(name))]
