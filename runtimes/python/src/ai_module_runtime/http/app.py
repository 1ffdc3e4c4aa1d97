"""The web application of a host: what is started, in which order, and how it is stopped."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from ai_module_runtime.engine.errors import DatabaseUnavailableError, SchemaMissingError, SchemaPermissionError
from ai_module_runtime.http import (
    configuration,
    console,
    dead_letters,
    events,
    health,
    jobs,
    metrics,
    modules,
    recorded_events,
)
from ai_module_runtime.http.docs import install_docs
from ai_module_runtime.http.errors import install_error_handlers
from ai_module_runtime.http.request_guard import RequestGuard
from ai_module_runtime.http.request_log import RequestLog
from ai_module_runtime.http.routes import KnownRoutes
from ai_module_runtime.postgres import EmbeddedPostgresError
from ai_module_runtime.settings import API_PREFIX

if TYPE_CHECKING:
    from ai_module_runtime.host import Host

logger = logging.getLogger(__name__)


def create_app(host: "Host") -> FastAPI:
    """Make the application; nothing is opened before it is started."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _start(host, app, stack)
            started = stack.pop_all()
        try:
            yield
        finally:
            host.stop_claiming()
            stopping = asyncio.ensure_future(started.aclose())
            if (await asyncio.wait({stopping}, timeout=host.seconds_to_stop()))[1]:
                logger.warning("the host was not stopped completely")
            else:
                stopping.result()

    # No addresses of documents: `install_docs` serves them, without other servers.
    app = FastAPI(
        title="AI modules",
        version="1.0.0",
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=None,
        # `RequestLog` makes the span of a request. Older versions ignore it, and have no spans.
        telemetry={"tracing": host.settings.traces == "off"},
    )
    routes = KnownRoutes()
    app.state.host = host
    app.state.orchestrator = host.orchestrator
    app.state.routes = routes
    app.add_middleware(RequestGuard, host=host, routes=routes)
    app.add_middleware(RequestLog, host=host)
    install_error_handlers(app)
    install_docs(app, routes)
    of_host = [(health.router, ""), (dead_letters.router, ""), (console.router, "")]
    of_api = [(router, API_PREFIX) for router in (modules.router, events.router, configuration.router, jobs.router)]
    if host.settings.metrics != "off":
        of_host.append((metrics.router, ""))
    routers = [*of_host, *of_api]
    if host.settings.test_endpoints:
        routers.append((recorded_events.router, API_PREFIX))
    for router, prefix in routers:
        app.include_router(router, prefix=prefix)
        routes.add(router, prefix)
    return app


async def _start(host: "Host", app: FastAPI, stack: AsyncExitStack) -> None:
    stack.push_async_callback(host.close)
    try:
        await host.open()
    except (EmbeddedPostgresError, SchemaMissingError, SchemaPermissionError, DatabaseUnavailableError) as error:
        # Their messages say what to do. Those of other exceptions are not logged.
        logger.error("database: %s", error)
        raise
    if host.messages is not None:
        stack.callback(host.messages.stop)

    stack.push_async_callback(host.orchestrator.stop)
    await host.orchestrator.start(app)
    await host.register_modules()

    stack.push_async_callback(host.stop_worker)
    await host.start_worker()
