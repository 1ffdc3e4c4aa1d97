"""The web application of a host: what is started, in which order, and how it is stopped."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI

from ai_module_runtime.db.migrations import HOST_MIGRATIONS, apply_migrations
from ai_module_runtime.db.recorded_event import record_event
from ai_module_runtime.events.event_bus import EVERY_EVENT
from ai_module_runtime.http import events, health, modules, recorded_events
from ai_module_runtime.http.docs import install_docs
from ai_module_runtime.http.errors import install_error_handlers
from ai_module_runtime.http.request_guard import RequestGuard
from ai_module_runtime.http.routes import KnownRoutes
from ai_module_runtime.jobs.maintenance import recover
from ai_module_runtime.settings import API_PREFIX
from ai_module_runtime.single_host import single_host
from ai_module_runtime.tasks.embedded import EmbeddedScheduler, EmbeddedWorker

if TYPE_CHECKING:
    from ai_module_runtime.host import Host


def create_app(host: "Host") -> FastAPI:
    """Make the application; nothing is opened before it is started."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _start(host, app, stack)
            yield

    # No addresses of documents: `install_docs` serves them, without other servers.
    app = FastAPI(title="AI modules", version="1.0.0", lifespan=lifespan, redirect_slashes=False, openapi_url=None)
    routes = KnownRoutes()
    app.state.host = host
    app.state.orchestrator = host.orchestrator
    app.state.routes = routes
    app.add_middleware(RequestGuard, host=host, routes=routes)
    install_error_handlers(app)
    install_docs(app, routes)
    routers = [(health.router, ""), (modules.router, API_PREFIX), (events.router, API_PREFIX)]
    if host.settings.test_endpoints:
        routers.append((recorded_events.router, API_PREFIX))
    for router, prefix in routers:
        app.include_router(router, prefix=prefix)
        routes.add(router, prefix)
    return app


async def _start(host: "Host", app: FastAPI, stack: AsyncExitStack) -> None:
    settings = host.settings
    if not settings.distributed:
        stack.enter_context(single_host(settings.data_dir))
    # Made here and not by the first thread that sends a task: Celery's current application belongs to a thread.
    _ = host.celery_app
    stack.push_async_callback(host.close_connections)
    await apply_migrations(host.database, HOST_MIGRATIONS)

    stack.push_async_callback(host.orchestrator.stop)
    await host.orchestrator.start(app)

    if settings.test_endpoints:
        host.events.on(EVERY_EVENT, group=recorded_events.GROUP)(partial(record_event, host.database))
        stack.callback(host.events.unsubscribe, recorded_events.GROUP)
    await host.events.start()
    stack.push_async_callback(host.events.stop)

    if not settings.distributed:
        await _start_worker(host, stack)


async def _start_worker(host: "Host", stack: AsyncExitStack) -> None:
    """Run jobs in this process. It has just started, so every job that is being processed is orphaned."""
    worker = EmbeddedWorker(host)
    await worker.start()
    stack.push_async_callback(worker.stop)
    for service in host.orchestrator.services():
        await recover(service)
    scheduler = EmbeddedScheduler(host.celery_app)
    scheduler.start()
    stack.push_async_callback(scheduler.stop)
