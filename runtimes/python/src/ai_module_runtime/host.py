"""The application: what is started, in which order, and how it is stopped."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from app.ai.orchestrator import Orchestrator
from app.api import health
from app.api.errors import install_error_handlers
from app.api.json_body import JsonBodyMiddleware
from app.api.v1 import events, modules, recorded_events
from app.core.config import API_PREFIX, get_settings
from app.core.db import dispose_engine
from app.core.event_bus import EVERY_EVENT, event_bus
from app.core.migrations import HOST_MIGRATIONS, apply_migrations
from app.core.redis import close_redis_client
from app.core.secrets import get_jwt_secret
from app.core.single_host import single_host
from app.jobs.maintenance import recover
from app.models.recorded_event import record_event
from app.tasks.embedded import EmbeddedScheduler, EmbeddedWorker

logger = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start the host before the first request, stop it after the last."""
    settings = get_settings()
    get_jwt_secret()
    async with AsyncExitStack() as stack:
        if not settings.distributed:
            stack.enter_context(single_host())
        stack.push_async_callback(dispose_engine)
        stack.push_async_callback(close_redis_client)
        await apply_migrations(HOST_MIGRATIONS)

        orchestrator: Orchestrator = app.state.orchestrator
        stack.push_async_callback(orchestrator.stop)
        await orchestrator.start(app)

        if settings.test_endpoints:
            event_bus.on(EVERY_EVENT, group=recorded_events.GROUP)(record_event)
            stack.callback(event_bus.unsubscribe, recorded_events.GROUP)
        await event_bus.start()
        stack.push_async_callback(event_bus.stop)

        if not settings.distributed:
            await _start_worker(stack, orchestrator)
        yield


async def _start_worker(stack: AsyncExitStack, orchestrator: Orchestrator) -> None:
    """Run jobs in this process. It has just started, so every job that is being processed is orphaned."""
    worker = EmbeddedWorker()
    await worker.start()
    stack.push_async_callback(worker.stop)
    for service in orchestrator.services():
        await recover(service)
    scheduler = EmbeddedScheduler()
    scheduler.start()
    stack.push_async_callback(scheduler.stop)


def create_app() -> FastAPI:
    """Make the application; nothing is opened before it is started."""
    app = FastAPI(title="AI modules", version="1.0.0", lifespan=lifespan, redirect_slashes=False)
    app.state.orchestrator = Orchestrator()
    app.add_middleware(JsonBodyMiddleware)
    install_error_handlers(app)
    app.include_router(health.router)
    app.include_router(modules.router, prefix=API_PREFIX)
    app.include_router(events.router, prefix=API_PREFIX)
    if get_settings().test_endpoints:
        app.include_router(recorded_events.router, prefix=API_PREFIX)
    return app


app = create_app()
