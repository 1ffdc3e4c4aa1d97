"""A host: everything that modules run on, in one object."""

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.concurrency import run_in_threadpool

from ai_module_runtime.db.database import Database, database_address
from ai_module_runtime.events.event_bus import EventBus, Transport
from ai_module_runtime.events.module_events import ModuleEvents
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.modules.discovery import Candidate, discover
from ai_module_runtime.modules.health import Probe
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.ports import Ports
from ai_module_runtime.redis_clients import RedisClients
from ai_module_runtime.settings import Settings
from ai_module_runtime.tasks.celery_app import add_task, create_celery_app
from ai_module_runtime.tasks.queue import TaskQueue
from ai_module_runtime.tasks.stopping import Stopping
from ai_module_runtime.tasks.task import ModuleWorker
from ai_module_runtime.tasks.worker_loops import ServiceFactory, WorkerLoops
from ai_module_runtime.users import User

if TYPE_CHECKING:
    from celery import Celery
    from fastapi import FastAPI
    from starlette.requests import Request

    from ai_module_runtime.modules.orchestrator import Orchestrator

T = TypeVar("T")


class Host:
    """Settings, ports, database, events, queue and modules of one host. Make it with `create_host`.

    Making it opens nothing. `app` is the web application, which starts and stops the host in its lifespan;
    `celery_app` is the application of workers. Both are made on first use, so that workers do not load FastAPI.
    """

    def __init__(self, settings: Settings, ports: Ports, modules: str) -> None:
        self.settings = settings
        self.ports = ports
        self.modules = modules
        self.database = Database(database_address(ports.database or settings.database_url, settings.data_dir))
        self.redis = RedisClients(settings.redis_url)
        self.events = EventBus(self._create_transport)
        self.stopping = Stopping()
        self.worker_loops = WorkerLoops(self.close_connections)
        self.runs_worker = False

    @cached_property
    def celery_app(self) -> "Celery":
        """The Celery application."""
        return create_celery_app(self.settings, self._prepare_worker)

    @cached_property
    def queue(self) -> TaskQueue:
        """Sends tasks to workers."""
        return TaskQueue(self.celery_app, self.stopping)

    @cached_property
    def app(self) -> "FastAPI":
        """The web application with the host's endpoints and those of its modules."""
        from ai_module_runtime.http.app import create_app

        return create_app(self)

    @cached_property
    def orchestrator(self) -> "Orchestrator":
        """The modules as they are started and stopped in this process."""
        from ai_module_runtime.modules.orchestrator import Orchestrator

        return Orchestrator(self)

    @property
    def probes(self) -> Mapping[str, Probe]:
        """Health checks of what the host provides to modules."""
        return {"database": self.database.answers, "queue": self.queue.answers, "events": self.events.ping}

    async def authenticate(self, request: "Request") -> User | None:
        """The user of a request, as the host's port returns it."""
        user: User | None = await call_port(self.ports.authenticate, request)
        return user

    async def may(self, user: User, permission: str) -> bool:
        """Whether the user may do `permission`, as the host's port decides."""
        return bool(await call_port(self.ports.may, user, permission))

    def discover(self) -> list[Candidate]:
        """Read the manifests of all modules."""
        return discover(self.modules, self.settings.disabled_modules)

    def context_of(self, candidate: Candidate) -> ModuleContext:
        """What the host gives to a module.

        Raises:
            ValueError: the module has no valid manifest.
        """
        if candidate.metadata is None:
            raise ValueError(f"{candidate.name} has no valid manifest")
        return self.create_context(candidate.metadata, candidate.folder)

    def create_context(self, manifest: ModuleMetadata, folder: Path) -> ModuleContext:
        """The context of a module with this manifest."""
        return ModuleContext(
            manifest=manifest,
            folder=folder,
            db=self.database,
            events=ModuleEvents(self.events, manifest.name),
            queue=self.queue,
            log=self.ports.logger.getChild(manifest.name),
            env=self.settings.env,
            lease_seconds=self.settings.job_lease_seconds,
            probes=self.probes,
        )

    def register_tasks(self, candidate: Candidate, context: ModuleContext) -> None:
        """Import a module's tasks and declare them to Celery.

        Raises:
            Exception: the module cannot be imported, or its configuration is not valid.
        """
        workers: dict[ServiceFactory, ModuleWorker] = {}
        for task in candidate.import_tasks():
            if task.create_service not in workers:
                workers[task.create_service] = ModuleWorker(context, task.create_service, self.worker_loops)
            run = _named(partial(task.run, workers[task.create_service]), task.name)
            every = task.every(self.settings) if callable(task.every) else task.every
            add_task(self.celery_app, f"{candidate.name}.{task.name}", run, every)

    async def close_connections(self) -> None:
        """Close the connections of the running event loop."""
        await self.redis.close()
        await self.database.dispose()

    def _prepare_worker(self) -> None:
        # An embedded worker runs in a process that has prepared everything.
        if not self.runs_worker:
            from ai_module_runtime.tasks.worker import prepare_worker

            prepare_worker(self)

    def _create_transport(self) -> Transport:
        if self.settings.distributed:
            from ai_module_runtime.events.redis_transport import RedisTransport

            return RedisTransport(self.redis, self.settings.job_lease_seconds)
        from ai_module_runtime.events.memory_transport import MemoryTransport

        return MemoryTransport()


def create_host(settings: Settings, ports: Ports, *, modules: str) -> Host:
    """Make a host. Nothing is opened before its `app` or a worker is started.

    Args:
        settings: from `read_settings`.
        ports: authentication and authorization of the application.
        modules: the package whose subpackages are modules, such as `app.ai.modules`.

    Raises:
        SettingsError: in production, settings that are only for development.
    """
    if ports.database is None:
        settings.refuse_in_production()
    return Host(settings, ports, modules)


async def call_port(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function of the host's owner: one that is not `async` runs in a thread."""
    result = function(*arguments) if inspect.iscoroutinefunction(function) else None
    if result is None:
        result = await run_in_threadpool(function, *arguments)
    return await result if inspect.isawaitable(result) else result


def _named(run: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Celery takes only functions with a name."""

    def task(*arguments: Any) -> Any:
        return run(*arguments)

    task.__name__ = task.__qualname__ = name
    return task
