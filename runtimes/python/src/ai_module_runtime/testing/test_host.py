"""A running host as tests use it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from time import monotonic, sleep
from typing import Any, Self, TypeVar

from sqlalchemy import text
from starlette.requests import Request
from starlette.testclient import TestClient

from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.schema import set_up_schema
from ai_module_runtime.engine.sql_files import runtime_migrations
from ai_module_runtime.engine.store import Event, Job
from ai_module_runtime.host import Host, call_port
from ai_module_runtime.http.tokens import Tokens
from ai_module_runtime.jobs.schemas import ProcessRequest
from ai_module_runtime.jobs.states import TERMINAL
from ai_module_runtime.ports import Authenticate, Ports, is_allowed
from ai_module_runtime.testing.test_database import DatabaseTemplate, create_test_database
from ai_module_runtime.users import User

T = TypeVar("T")

WAIT_SECONDS = 30.0


_running: list["TestHost"] = []


def wait_until(condition: Callable[[], T | None]) -> T:
    """Call `condition` until it gives something, and return that.

    Raises:
        TimeoutError: it gave nothing for too long. The message has the newest jobs and dead letters of the host.
    """
    deadline = monotonic() + WAIT_SECONDS
    while monotonic() < deadline:
        value = condition()
        if value is not None:
            return value
        sleep(0.02)
    state: list[str] = []
    if _running:
        # A host without its database can't tell.
        with suppress(Exception):
            state = _running[-1].call(_running[-1].describe_state)
    raise TimeoutError(". ".join([f"not within {WAIT_SECONDS:g} seconds", *state]))


class TestHost:
    """A running host and a client of it. Tests take users of their own, so that they may share a database."""

    # Not a test, whatever pytest thinks of the name.
    __test__ = False

    def __init__(self, host: Host) -> None:
        self.host = host
        self.client = TestClient(host.app)
        self._tokens = Tokens(host.settings.model_copy(update={"jwt_secret": secrets.token_hex(32)}))

    @contextmanager
    def running(self) -> Iterator[Self]:
        """The host with a worker, started for the length of the block.

        It accepts the tokens of `headers` beside those of the application, and decides about permissions by them.
        Without a database URL it gets a database of its own, on a server for the whole run of tests.
        """
        ports = self.host.ports
        self.host.ports = replace(ports, authenticate=self._authenticate(ports), may=is_allowed)
        try:
            with self._database(), self.client, nullcontext() if self.host.settings.runs_jobs else self._worker():
                _running.append(self)
                try:
                    yield self
                finally:
                    _running.remove(self)
        finally:
            self.host.ports = ports

    @contextmanager
    def start(self, env: Mapping[str, str]) -> Iterator["TestHost"]:
        """A separate running host, with jobs of its own, whose modules read other environment variables.

        `with host.start({"INVOICES_PROVIDER": "openai", "INVOICES_RETRY_ATTEMPTS": "0"}) as other:`
        """
        settings = self.host.settings
        changes: dict[str, Any] = {"env": {**settings.env, **env}}
        if not self.host.is_embedded:
            changes["database_schema"] = f"{settings.database_schema}_{secrets.token_hex(4)}"
        other = Host(settings.model_copy(update=changes), self.host.ports, self.host.modules)
        try:
            with TestHost(other).running() as running:
                yield running
        finally:
            if not other.is_embedded:
                asyncio.run(_drop_schema(other.database))

    @contextmanager
    def _database(self) -> Iterator[None]:
        if not self.host.is_embedded:
            yield
            return
        schema = self.host.settings.database_schema
        database = create_test_database(_template(schema))
        self.host.database = Database(database.url, schema=schema, outage=self.host.outage)
        try:
            yield
        finally:
            database.drop()

    @contextmanager
    def _worker(self) -> Iterator[None]:
        """Runs jobs in this process instead of Celery."""
        worker = self.host.create_worker(delivery_slots=0)
        self.call(worker.start)
        try:
            yield
        finally:
            self.call(worker.stop)

    async def describe_state(self) -> list[str]:
        """The newest jobs and dead letters: what may be the reason that a wait has ended."""
        database = self.host.database
        jobs = await database.query(
            f"select module, id, status, attempt, error_code from {database.schema}.jobs"  # noqa: S608
            " order by created_at desc limit 5"
        )
        letters = await database.query(
            f"select e.name, d.error_code from {database.schema}.deliveries d join {database.schema}.events e"  # noqa: S608
            " on e.id = d.event_id where d.dead_at is not null order by d.dead_at desc limit 5"
        )
        by_module: dict[str, list[str]] = {}
        for job in jobs:
            code = "" if job.error_code is None else f"{job.error_code}, "
            by_module.setdefault(job.module, []).append(f"{job.id} {job.status} ({code}attempt {job.attempt})")
        dead = [f"{letter.name} ({letter.error_code})" for letter in letters]
        return [
            *(f"Newest jobs of {module}: {', '.join(described)}" for module, described in by_module.items()),
            *([f"Dead letters: {', '.join(dead)}"] if dead else []),
        ]

    def _authenticate(self, ports: Ports) -> Authenticate:
        async def authenticate(request: Request) -> User | None:
            user = await self._tokens.authenticate(request)
            return user or await call_port(ports.authenticate, request)

        return authenticate

    def headers(self, user_id: str, *permissions: str, admin: bool = False) -> dict[str, str]:
        """The Authorization header of a user with these permissions, `namespace:verb` or `namespace:*`."""
        return {"Authorization": f"Bearer {self._tokens.create(user_id, list(permissions), admin=admin)}"}

    def publish(self, name: str, data: dict[str, Any], event_id: str | None = None) -> Event:
        """Publish an event in the name of the host."""
        return self.call(self.host.events.publish, name, data, "host", None, event_id)

    def call(self, function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """Run a coroutine function on the host's event loop.

        Raises:
            RuntimeError: the host is not running.
        """
        if self.client.portal is None:
            raise RuntimeError("the host is not running")
        return self.client.portal.call(function, *arguments)

    def service(self, module: str) -> Any:
        """The service of a started module."""
        return next(service for service in self.host.orchestrator.services() if service.spec.name == module)

    def module(self, name: str) -> Any:
        """A started module."""
        return self.host.orchestrator.get_candidate(name).module

    def start_job(
        self,
        module: str,
        request: ProcessRequest | Mapping[str, Any],
        user_id: str,
        options: Mapping[str, Any] | None = None,
    ) -> Job:
        """Start a job with a request, or with its input and options."""
        if not isinstance(request, ProcessRequest):
            request = ProcessRequest.model_construct(input_data=dict(request), options=dict(options or {}), priority=5)
        job: Job = self.call(self.service(module).start_processing, request, user_id)
        return job

    def run_job(
        self,
        module: str,
        request: ProcessRequest | Mapping[str, Any],
        user_id: str,
        options: Mapping[str, Any] | None = None,
    ) -> Job:
        """Start a job and wait until it has ended."""
        return self.wait_for_end(module, self.start_job(module, request, user_id, options).id)

    def wait_for_end(self, module: str, job_id: str) -> Job:
        """Wait until a job has ended."""

        def ended() -> Job | None:
            job: Job = self.call(self.service(module).get_job, job_id)
            return job if job.status in TERMINAL else None

        return wait_until(ended)

    def query(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a query with the properties of a sample."""
        return dict(values)

    def wait_for_job(self, url: str, headers: dict[str, str]) -> dict[str, Any]:
        """Ask for a job's status until it has ended."""

        def ended() -> dict[str, Any] | None:
            job: dict[str, Any] = self.client.get(url, headers=headers).json()
            return job if job["status"] in TERMINAL else None

        return wait_until(ended)

    def events(self, job_id: str, last: str) -> list[dict[str, Any]]:
        """A job's events in the order in which they were published, as soon as `last` is among them."""
        admin = self.headers("admin", admin=True)

        def published() -> list[dict[str, Any]] | None:
            query = {"correlation_id": f"job-{job_id}"}
            response = self.client.get("/api/v1/test/events", params=query, headers=admin)
            events: list[dict[str, Any]] = response.json()["events"]
            return events if any(event["name"] == last for event in events) else None

        return wait_until(published)


async def _drop_schema(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text(f"drop schema if exists {database.schema} cascade"))
    await database.close()


def _template(schema: str) -> DatabaseTemplate:
    """A database with the tables of the runtime."""

    async def prepare(url: str) -> None:
        await set_up_schema(Database(url, schema=schema))

    version = runtime_migrations()[-1].name.rpartition("@")[2]
    return DatabaseTemplate(f"{schema}_{version}", lambda url: asyncio.run(prepare(url)))
