"""A running host as tests use it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any, TypeVar

from starlette.testclient import TestClient

from app.ai.orchestrator import Orchestrator
from app.api.v1.auth import create_token
from app.jobs.models import JobRow
from app.jobs.schemas import ProcessRequest
from app.jobs.service import JobService
from app.jobs.states import TERMINAL

T = TypeVar("T")

WAIT_SECONDS = 20.0


def wait_until(condition: Callable[[], T | None]) -> T:
    """Call `condition` until it gives something, and return that.

    Raises:
        TimeoutError: it gave nothing for too long.
    """
    deadline = monotonic() + WAIT_SECONDS
    while monotonic() < deadline:
        value = condition()
        if value is not None:
            return value
        sleep(0.02)
    raise TimeoutError(f"nothing happened for {WAIT_SECONDS} seconds")


@dataclass(frozen=True)
class Host:
    """A running host and a client of it. Tests take users of their own, so that they may share a database."""

    client: TestClient

    def headers(self, user_id: str, *permissions: str, admin: bool = False) -> dict[str, str]:
        """The Authorization header of a user."""
        return {"Authorization": f"Bearer {create_token(user_id, list(permissions), admin=admin)}"}

    def call(self, function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """Run a coroutine function on the host's event loop.

        Raises:
            RuntimeError: the host is not running.
        """
        if self.client.portal is None:
            raise RuntimeError("the host is not running")
        return self.client.portal.call(function, *arguments)

    def service(self, module: str) -> JobService:
        """The service of a started module."""
        orchestrator: Orchestrator = self.client.app.state.orchestrator  # type: ignore[attr-defined]
        return next(service for service in orchestrator.services() if service.spec.name == module)

    def run_job(self, module: str, request: ProcessRequest, user_id: str) -> JobRow:
        """Start a job and wait until it has ended."""
        service = self.service(module)
        started = self.call(service.start_processing, request, user_id)

        def ended() -> JobRow | None:
            job = self.call(service.get_job, started.id)
            return job if job.status in TERMINAL else None

        return wait_until(ended)

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
