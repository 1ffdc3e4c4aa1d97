"""A host: everything that modules run on, in one object."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from pathlib import Path
from secrets import compare_digest
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from starlette.concurrency import run_in_threadpool

from ai_module_runtime.db.migrations import import_jobs, load_old_data
from ai_module_runtime.engine.clock import ScheduledTask
from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.errors import DatabaseUnavailableError
from ai_module_runtime.engine.executor import GRACE_SECONDS
from ai_module_runtime.engine.metrics import Metrics
from ai_module_runtime.engine.modules import registration_of
from ai_module_runtime.engine.outage import Outage, retry_at_start
from ai_module_runtime.engine.schema import check_schema, set_up_schema
from ai_module_runtime.engine.store import Event, Store
from ai_module_runtime.engine.threads import WorkerThreads
from ai_module_runtime.engine.worker import Worker
from ai_module_runtime.events.event_bus import EventBus
from ai_module_runtime.events.module_events import ModuleEvents
from ai_module_runtime.jobs.results import Results
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.modules.discovery import Candidate, discover
from ai_module_runtime.modules.health import PROBE_SECONDS, Probe, ProbeError
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.ports import Ports
from ai_module_runtime.postgres import EmbeddedPostgres, start_embedded_postgres
from ai_module_runtime.postgres.old_data import export_in, refuse_old_data
from ai_module_runtime.redis_clients import RedisClients
from ai_module_runtime.settings import Settings
from ai_module_runtime.tasks.module_jobs import ModuleJobs
from ai_module_runtime.traces import enable_traces, flush_traces
from ai_module_runtime.users import User

if TYPE_CHECKING:
    from celery import Celery
    from fastapi import FastAPI
    from starlette.requests import Request

    from ai_module_runtime.engine.celery import WorkMessages
    from ai_module_runtime.modules.orchestrator import Orchestrator

T = TypeVar("T")

EVENT_DAYS = 30
REMOVED_AFTER_DAYS = 7
# Progress is stored for subscribers only. If there are test endpoints, there is one. No module can have this name.
RECORDER = "test-recorder"
BROKER_SECONDS = 1.0
# How long a stop may take, with the grace time. Other processes take over what is left.
STOP_SECONDS = 12.0
POLLING = (
    "the database URL goes through a transaction pooler: processes look for work every second. "
    "Set AI_DIRECT_DATABASE_URL"
)
DELIVERY_SLOTS = 10
# Where the scope of a guest's request has the request as the application sees it, and the prefix of the guest.
APPLICATION_REQUEST = "ai_module_runtime.application_request"
GUEST_PREFIX = "ai_module_runtime.prefix"
# Who sends requests with the token of `host attach --verify`. Logins of the application are unknown to it.
CHECK_HEADER = "ai-check-token"
CHECK_USER = User(id="create-ai-module-check", is_admin=True)

logger = logging.getLogger(__name__)


class Host:
    """Settings, ports, database, events and modules of one host. Make it with `create_host`.

    Making it opens nothing. `app` is the web application, which starts and stops the host in its lifespan;
    `celery_app` is the application of workers. Both are made on first use, so that workers do not load FastAPI, and
    web processes without Redis do not load Celery.
    """

    def __init__(
        self, settings: Settings, ports: Ports, modules: str, migrations: "Literal['runtime', 'app']" = "runtime"
    ) -> None:
        if settings.traces == "on":
            enable_traces()
        self.migrations = migrations
        self.settings = settings
        self.ports = ports
        self.modules = modules
        self.redis = RedisClients(settings.redis_url)
        self.events = EventBus(lambda: self.store)
        self.jobs = ModuleJobs()
        self.outage = Outage(logging.getLogger("ai_module_runtime.database"))
        self.metrics = Metrics()
        self._postgres: EmbeddedPostgres | None = None
        self._discovered: dict[str, ModuleMetadata | None] = {}
        self._worker: Worker | None = None
        self._stopping_at: float | None = None

    @cached_property
    def database(self) -> Database:
        """The database. In embedded mode the first use starts PostgreSQL, or joins the one of another process."""
        settings = self.settings
        url = self.ports.database_url or settings.database_url
        if url is not None:
            return Database(
                url, schema=settings.database_schema, direct_url=settings.direct_database_url, outage=self.outage
            )
        refuse_old_data(settings.data_dir)
        postgres = self._postgres = start_embedded_postgres(
            settings.data_dir, f"{self.modules} in {Path.cwd()}", report=logger.warning
        )
        return Database(lambda: postgres.url, schema=settings.database_schema, outage=self.outage)

    @property
    def is_embedded(self) -> bool:
        """Whether the host starts its own PostgreSQL."""
        return is_embedded(self.settings, self.ports)

    @property
    def owns_postgres(self) -> bool:
        """Whether this process has started the embedded PostgreSQL: no other process can be running jobs."""
        return self._postgres is not None and self._postgres.is_owner

    @cached_property
    def store(self) -> Store:
        """Jobs and events in the database."""
        return Store(self.database)

    async def open(self) -> None:
        """Open the database, and bring the runtime's tables up to date.

        Raises:
            EmbeddedPostgresError: the embedded PostgreSQL can't run here.
            SchemaPermissionError: the role may not create the tables; the message contains the SQL.
            SchemaMissingError: tables are missing, and the application migrates its database; or they were dropped.
            DatabaseUnavailableError: the database can't be reached.
        """
        await asyncio.to_thread(lambda: self.database)
        await self.set_up_schema()

    async def set_up_schema(self) -> None:
        """Bring the runtime's tables up to date."""
        database = self.database
        if not self.is_embedded and not database.pooler and await retry_at_start(database.find_pooler, self.outage):
            logger.warning(POLLING)
        prepare = set_up_schema if self.migrations == "runtime" else check_schema
        await retry_at_start(lambda: prepare(database), self.outage)

    @property
    def is_stopping(self) -> bool:
        """Whether it takes no more work."""
        return self._stopping_at is not None

    def stop_claiming(self) -> None:
        """Take no more work: the grace time of work that runs begins."""
        if self._stopping_at is None:
            self._stopping_at = monotonic()
        if self._worker is not None:
            self._worker.executor.stop_claiming()

    def seconds_to_stop(self, seconds: float = STOP_SECONDS) -> float:
        """What is left of the time since `stop_claiming`."""
        return max(0.0, (self._stopping_at or monotonic()) + seconds - monotonic())

    async def start_worker(self) -> None:
        """Begin to run jobs and to deliver events in this web process."""
        runs_jobs = self.settings.runs_jobs
        self._worker = self.create_worker(runs_jobs=runs_jobs, sole=self.owns_postgres and runs_jobs)
        await self._worker.start()

    async def stop_worker(self) -> None:
        """Wait for work that runs, as long as the grace time lasts, and hand the rest back."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.stop(self.seconds_to_stop(GRACE_SECONDS))
            await self.metrics.flush(self.store)

    async def close(self) -> None:
        """Close connections, and the embedded PostgreSQL if no other process uses it. The host can be opened again."""
        await self.close_connections()
        await asyncio.to_thread(flush_traces)
        self.__dict__.pop("store", None)
        self.__dict__.pop("database", None)
        postgres, self._postgres = self._postgres, None
        if postgres is not None:
            await asyncio.to_thread(postgres.stop, self.seconds_to_stop())
        self._stopping_at = None

    async def close_connections(self) -> None:
        """Close what was opened on the running event loop."""
        await self.jobs.services.close()
        await self.redis.close()
        if "database" in self.__dict__:
            await self.database.close()

    @cached_property
    def celery_app(self) -> "Celery":
        """The Celery application. Without Redis it runs nothing."""
        from celery.loaders.app import AppLoader

        from ai_module_runtime.engine.celery import create_celery_app

        host = self

        class Loader(AppLoader):
            def on_worker_init(self) -> None:
                """Called once in every process that Celery runs as a worker, before it forks."""
                from ai_module_runtime.tasks.worker import prepare_worker

                prepare_worker(host)

        app = create_celery_app(
            self.settings.redis_url or "memory://",
            concurrency=self.settings.worker_concurrency,
            name="app",
            loader=Loader,
        )
        # For tasks of the application itself: Celery's current application belongs to a thread.
        app.set_default()
        return app

    @cached_property
    def messages(self) -> "WorkMessages | None":
        """Tells Celery workers that there are jobs; None without Redis."""
        if self.settings.redis_url is None:
            return None
        from ai_module_runtime.engine.celery import WorkMessages

        return WorkMessages(self.celery_app, logger=logging.getLogger("ai_module_runtime.broker"))

    def wake_workers(self) -> None:
        """Called after a job was stored. Without Redis the database notifies workers."""
        if self.messages is not None:
            self.messages.send()

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

    async def register_modules(self) -> None:
        """Register the modules that are started, and what they and the application subscribed to."""
        self.events.unsubscribe(RECORDER)
        if self.settings.test_endpoints:
            for spec in self.jobs.specs.values():
                self.events.on(spec.lifecycle_events.get("progress", ""), RECORDER)(_ignore)
        self.jobs.subscribe(self.events.subscriptions())
        present, registered = self.present_modules(), registration_of(self.jobs.specs.values())
        await retry_at_start(lambda: self.store.register_modules(registered, present), self.outage)
        if self.is_embedded and (old_data := export_in(self.settings.data_dir)):
            await load_old_data(self.database, old_data)
        await retry_at_start(lambda: import_jobs(self.database, self.jobs.specs), self.outage)

    def present_modules(self) -> set[str]:
        """Names of all modules, also of those that this process does not start."""
        return {*self._discovered, *self.jobs.specs}

    def create_worker(
        self,
        *,
        runs_jobs: bool = True,
        concurrency: int | None = None,
        delivery_slots: int = DELIVERY_SLOTS,
        sole: bool = False,
    ) -> Worker:
        """What runs jobs, delivers events and keeps time in this process."""
        threads = WorkerThreads(self.close_connections) if runs_jobs else None
        messages = self.messages

        async def run_apart(function: Callable[[], Awaitable[object]]) -> object:
            async def run() -> object:
                return await function()

            return await (run() if threads is None else threads.run(run))

        async def after_sweep() -> None:
            await self.metrics.flush(self.store)
            if messages is not None:
                await messages.send_if_jobs_wait(self.store, self.jobs.specs)

        async def delete_old_events() -> None:
            while await self.store.remove_modules(REMOVED_AFTER_DAYS):
                pass
            while await self.store.delete_old_events(EVENT_DAYS):
                pass

        tasks = [
            *self.jobs.scheduled_tasks(run_apart),
            ScheduledTask("runtime.delete_old_events", "30 3 * * *", delete_old_events),
        ]
        return Worker(
            self.database,
            self.jobs.specs,
            self.events.handle,
            concurrency=self.settings.worker_concurrency if concurrency is None else concurrency,
            delivery_slots=delivery_slots,
            lease_seconds=self.settings.job_lease_seconds,
            present=self.present_modules,
            runs_jobs=runs_jobs,
            threads=threads,
            sole=sole,
            tasks=tasks if runs_jobs else (),
            after_sweep=after_sweep,
            on_retry=messages.send if messages is not None else lambda _delay: None,
            metrics=self.metrics,
        )

    @property
    def probes(self) -> Mapping[str, Probe]:
        """Health checks of what the host provides to modules."""
        return {"database": self._has_access, "queue": self._queue_works, "events": self._has_access}

    async def _has_access(self) -> bool:
        return await self.database.check_access()

    async def database_problem(self) -> str | None:
        """The code of the reason why requests that need the database are answered with 503, or None."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self.database.check_access()
        except Exception as error:
            return error.code if isinstance(error, DatabaseUnavailableError) else DatabaseUnavailableError.code
        return None

    async def _queue_works(self) -> bool:
        """Whether a job that is added now would be started.

        Raises:
            ProbeError: it would wait; the code says for what.
        """
        if self.settings.redis_url is not None and not await self._broker_answers():
            raise ProbeError("broker_unavailable")
        if not await self.store.has_workers():
            raise ProbeError("no_workers")
        return True

    async def _broker_answers(self) -> bool:
        try:
            async with asyncio.timeout(BROKER_SECONDS):
                await self.redis.client().ping()
        except Exception:
            return False
        return True

    async def authenticate(self, request: "Request") -> User | None:
        """The user of a request, as the host's port returns it."""
        token = self.settings.check_token
        given = request.headers.get(CHECK_HEADER, "")
        if token is not None and compare_digest(given.encode(), token.encode()):
            return CHECK_USER
        user: User | None = await call_port(self.ports.authenticate, request.scope.get(APPLICATION_REQUEST, request))
        return user

    async def may(self, user: User, permission: str) -> bool:
        """Whether the user may do `permission`, as the host's port decides."""
        return user is CHECK_USER or bool(await call_port(self.ports.may, user, permission))

    def discover(self) -> list[Candidate]:
        """Read the manifests of all modules."""
        candidates = discover(self.modules, self.settings.disabled_modules)
        self._discovered = {candidate.name: candidate.metadata for candidate in candidates}
        return candidates

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
            store=self.store,
            events=ModuleEvents(self.events, manifest.name),
            log=self.ports.logger.getChild(manifest.name),
            env=self.settings.env,
            probes=self.probes,
            wake_workers=self.wake_workers,
            results=Results(self.store, lambda name: self._discovered.get(name), self.may),
        )


def create_host(settings: Settings, ports: Ports, *, modules: str) -> Host:
    """Make a host. Nothing is opened before its `app` or a worker is started.

    Args:
        settings: from `read_settings`.
        ports: authentication and authorization of the application.
        modules: the package whose subpackages are modules, such as `app.ai.modules`.

    Raises:
        SettingsError: in production, settings that are only for development.
    """
    settings.refuse_in_production(embedded=settings.production and is_embedded(settings, ports))
    return Host(settings, ports, modules)


def is_embedded(settings: Settings, ports: Ports) -> bool:
    """Whether neither the settings nor the ports have a database."""
    return settings.database_url is None and ports.database_url is None


async def call_port(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function of the host's owner: one that is not `async` runs in a thread."""
    result = function(*arguments) if inspect.iscoroutinefunction(function) else None
    if result is None:
        # The caller may stop waiting; the thread can't be stopped.
        result = await asyncio.shield(run_in_threadpool(_without_exit, function, *arguments))
    return await result if inspect.isawaitable(result) else result


def _without_exit(function: Callable[..., T], *arguments: Any) -> T:
    try:
        return function(*arguments)
    except SystemExit as error:
        raise RuntimeError("it would end the process") from error


async def _ignore(_event: Event) -> None:
    """The handler of a subscriber that only wants events to be stored."""
