"""What a guest is in a process: an ASGI application that answers at once, whatever the state of its host is."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from starlette.datastructures import URLPath
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Message, Receive, Scope, Send

from ai_module_runtime.engine.errors import DatabaseUnavailableError, SchemaMissingError, SchemaPermissionError
from ai_module_runtime.engine.outage import Outage
from ai_module_runtime.engine.store import Event
from ai_module_runtime.errors import RETRY_AFTER
from ai_module_runtime.guest_layer import EXCHANGE, Exchange, is_below, path_in_app, put_around
from ai_module_runtime.host import APPLICATION_REQUEST, GUEST_PREFIX, Host, is_embedded
from ai_module_runtime.http.errors import error_response
from ai_module_runtime.http.request_guard import answer_at_once
from ai_module_runtime.logs import configure_logging
from ai_module_runtime.ports import Ports
from ai_module_runtime.postgres import EmbeddedPostgresError
from ai_module_runtime.settings import API_PREFIX, SettingsError, read_settings

if TYPE_CHECKING:
    from ai_module_runtime.guest import Guest

PAUSES_SECONDS = (1.0, 2.0, 5.0, 10.0)

logger = logging.getLogger("ai_module_runtime.guest")


class PortsError(Exception):
    """The ports can't be imported, or are not valid."""


# What clients get with the 503. After the first two, only a restart helps.
FINAL = ("settings_invalid", "ports_invalid")
CODES: dict[type[BaseException], str] = {
    SettingsError: "settings_invalid",
    PortsError: "ports_invalid",
    DatabaseUnavailableError: "database_unavailable",
    EmbeddedPostgresError: "database_unavailable",
    SchemaMissingError: "schema_missing",
    SchemaPermissionError: "schema_missing",
}


class GuestApp:
    """A guest that is attached to one application, or that runs in a process of its own.

    `unavailable` is why it does not answer, as a code, or None.
    """

    def __init__(self, guest: "Guest", role: str) -> None:
        self._guest = guest
        self._role = role
        self._outage = Outage(logging.getLogger("ai_module_runtime.database"), self._on_schema_lost)
        self._unavailable: str | None = "not_started"
        self._logged: str | None = None
        self._host: Host | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._interrupted = asyncio.Event()

    @classmethod
    def attach(cls, guest: "Guest", app: Any) -> "GuestApp | None":
        """Put the guest in front of the routes of an application, and into its lifespan. None if it is there already."""
        router = app.router
        if any(isinstance(route, FrontRoute) and route.prefix == guest.prefix for route in router.routes):
            return None
        guest_app, run = cls(guest, guest.role), router.lifespan_context
        if guest.role != "worker":
            put_around(app, guest.prefix)
            router.routes.insert(0, FrontRoute(guest.prefix, guest_app))

        @asynccontextmanager
        async def lifespan(application: Any) -> AsyncIterator[Any]:
            async with run(application) as state:
                guest_app.start()
                try:
                    yield state
                finally:
                    await guest_app.stop()

        router.lifespan_context = lifespan
        return guest_app

    @property
    def unavailable(self) -> str | None:
        """Why it does not answer, or None."""
        waits = self._unavailable == "starting" and self._outage.lasts
        return "database_unavailable" if waits else self._unavailable

    @property
    def failed(self) -> bool:
        """Whether it will not start before the process does."""
        return self._unavailable in FINAL

    def start(self) -> None:
        """Start in the background, on the running event loop."""
        if self._task is not None and not self._task.done():
            return
        self._loop = asyncio.get_running_loop()
        self._stopping, self._interrupted = asyncio.Event(), asyncio.Event()
        self._unavailable = "starting"
        self._logged = None
        self._task = self._loop.create_task(self._run())

    async def stop(self) -> None:
        """Stop, as long as the grace time lasts."""
        task, self._task = self._task, None
        if task is None:
            return
        if self._host is None:
            task.cancel()
        self._unavailable = "stopping"
        self._stopping.set()
        self._interrupted.set()
        await asyncio.wait({task})
        self._unavailable = "not_started"

    def publish(self, name: str, data: dict[str, Any]) -> "Future[Event]":
        """Publish an event of the application. May be called in any thread."""
        if self._host is None or self._loop is None:
            raise RuntimeError("the guest is not ready")
        return asyncio.run_coroutine_threadsafe(self._host.events.publish(name, data, "host"), self._loop)

    async def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                await self._serve()
                failures = 0
            except (Exception, SystemExit) as error:
                self._host = None
                self._report(error)
            if self.failed:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)]):
                    await self._stopping.wait()
            failures += 1

    def _on_schema_lost(self) -> None:
        """Start again: that creates the tables, or waits for the migrations of the application. In any thread."""
        if self._loop is not None and self._host is not None:
            self._loop.call_soon_threadsafe(self._interrupted.set)

    async def _serve(self) -> None:
        """Start a host, and run it until the guest is stopped, or its schema was dropped.

        Everything that blocks runs in a thread.
        """
        self._interrupted.clear()
        host = await asyncio.to_thread(self.create_host)
        try:
            await host.open()
            await asyncio.to_thread(_load, host)
            async with host.app.router.lifespan_context(host.app):
                self._host, self._unavailable, self._logged = host, None, None
                logger.info("AI modules: ready below %s", self._guest.prefix)
                await self._interrupted.wait()
                self._host = None
                if not self._stopping.is_set():
                    self._unavailable = "schema_missing"
        finally:
            await host.close()

    def create_host(self) -> Host:
        """The host of the guest, which is not opened."""
        guest = self._guest
        ports = _import_ports(guest.ports)
        env = os.environ if ports.env is None else ports.env
        settings = read_settings({**env, "AI_ROLE": self._role}, attached=True)
        settings.refuse_in_production(embedded=is_embedded(settings, ports))
        if settings.check_token is not None and self._logged is None:
            logger.warning("AI_CHECK_TOKEN is set: requests with this token need no login")
        if settings.env.get("AI_REDIS_URL") and self._logged is None:
            logger.info("AI_REDIS_URL is ignored: jobs and events are in the database")
        host = Host(settings, ports, guest.modules, guest.migrations)
        host.outage = self._outage
        return host

    def _report(self, error: BaseException) -> None:
        """One line for each reason, however often it is tried. The database's own is written by `Outage`."""
        code = next((code for kind, code in CODES.items() if isinstance(error, kind)), "start_failed")
        code = error.code if isinstance(error, DatabaseUnavailableError) else code
        self._unavailable = code
        text = f"{code}: {error}"
        if isinstance(error, DatabaseUnavailableError) or text == self._logged:
            return
        self._logged = text
        cause = error.__cause__ if isinstance(error, PortsError) else error
        shown = cause if code in ("ports_invalid", "start_failed") else None
        logger.error("AI modules are not available, %s", text, exc_info=shown)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Nothing is raised into the middleware of the application."""
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1000})
        answered = False
        prefix = f"{scope.get('root_path', '')}{self._guest.prefix}"

        async def answer(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                message = {**message, "headers": [_below(prefix, *header) for header in message["headers"]]}
            await send(message)

        try:
            await self._answer(scope, prefix, receive, answer)
        except (Exception, SystemExit):
            logger.exception("a request failed")
            if not answered:
                await error_response(500, "internal_error")(scope, receive, send)

    async def _answer(self, scope: Scope, prefix: str, receive: Receive, send: Send) -> None:
        host, code = self._host, self.unavailable
        path = path_in_app(scope).removeprefix(self._guest.prefix) or "/"
        if host is None:
            # The process answers, in every state.
            is_live = path == "/livez"
            refusal = error_response(503, code or "stopping", RETRY_AFTER)
            answer = JSONResponse({"status": "live"}) if is_live else refusal
            return await answer_at_once(answer, scope, receive, send)
        own = {"path": path, "root_path": "", GUEST_PREFIX: prefix, APPLICATION_REQUEST: Request(scope)}
        await host.app({**scope, **own}, receive, send)


class FrontRoute(BaseRoute):
    """Passes everything below a prefix to a guest."""

    include_in_schema = False

    def __init__(self, prefix: str, app: GuestApp) -> None:
        self.prefix = prefix
        self.path = f"{prefix}/{{path:path}}"
        self.name = "ai_modules"
        self.app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the guest answers a request."""
        return (Match.FULL if is_below(self.prefix, scope) else Match.NONE), {}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The guest has no names.

        Raises:
            NoMatchFound: always.
        """
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the guest answer."""
        exchange: Exchange | None = scope.get(EXCHANGE)
        if exchange is None:
            # Middleware has changed the path.
            return await self.app(scope, receive, send)
        await exchange.answer(self.app, scope, send)


def run_migrate(guest: "Guest", arguments: Sequence[str], prog: str) -> int:
    """Bring the tables of modules up to date, or write a migration of one. Returns the exit code."""
    from ai_module_runtime.commands.migrate import migrate

    try:
        migrate(GuestApp(guest, "worker").create_host(), arguments, prog)
    except tuple(CODES) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run_worker(guest: "Guest") -> int:
    """Run jobs until the process gets SIGINT or SIGTERM. The exit code is 1 if a restart is needed."""
    with suppress(SettingsError):
        configure_logging(read_settings(os.environ, attached=True))
    guest._worker = GuestApp(guest, "worker")
    return asyncio.run(_work(guest._worker))


async def _work(app: GuestApp) -> int:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(each, stopped.set)
    app.start()
    while not stopped.is_set() and not app.failed:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await stopped.wait()
    failed = app.failed
    await app.stop()
    return 1 if failed else 0


def _import_ports(address: str) -> Ports:
    """The ports of the application.

    Raises:
        PortsError: they can't be imported, or are not valid.
    """
    module, _, variable = address.partition(":")
    try:
        ports = getattr(import_module(module), variable)
        if not isinstance(ports, Ports):
            raise TypeError(f"{address} is not a Ports object")
        _ = ports.database_url
    except ValidationError as error:
        # Its own text, also in a traceback, shows all settings of the application.
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        text = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems)
        raise PortsError(f"{address} ({error.title}: {text})") from None
    except (Exception, SystemExit) as error:
        raise PortsError(f"{address} ({type(error).__name__}: {error})") from error
    return ports


def _load(host: Host) -> None:
    """Import what a start needs. The start itself reports what can't be imported."""
    _ = host.app
    for candidate in host.discover():
        if candidate.usable:
            with suppress(Exception, SystemExit):
                import_module(candidate.package)


def _below(prefix: str, name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; an address of the host in `Location` gets the prefix."""
    is_own = name.lower() == b"location" and value.startswith(f"{API_PREFIX}/".encode())
    return name, prefix.encode() + value if is_own else value
