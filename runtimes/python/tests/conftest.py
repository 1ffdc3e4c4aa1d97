"""A module made for these tests: its work does what its input says."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from pydantic_settings import SettingsConfigDict

from ai_module_runtime import (
    DatabaseUnavailableError,
    JobRow,
    JobService,
    JobSpec,
    LifecycleEvents,
    ModuleConfig,
    ModuleContext,
    ModuleMetadata,
    PermanentError,
    ProcessRequest,
    Run,
    Task,
    TransientError,
)
from ai_module_runtime.modules.discovery import Candidate
from ai_module_runtime.testing import TestHost, wait_until


class SampleConfig(ModuleConfig):
    model_config = SettingsConfigDict(env_prefix="SAMPLE_")


class SampleService(JobService):
    def __init__(self, context: ModuleContext, **settings: Any) -> None:
        defaults = {"retry_delay_seconds": 0, "timeout_seconds": 5, "retry_attempts": 1}
        events = LifecycleEvents(
            started="sample.started",
            progress="sample.progress",
            completed="sample.completed",
            failed="sample.failed",
            cancelled="sample.cancelled",
        )
        super().__init__(context, JobSpec(name="sample", events=events), SampleConfig(**{**defaults, **settings}))
        self.opened = 0

    async def initialize(self) -> None:
        self.opened += 1

    async def shutdown(self) -> None:
        self.opened -= 1

    async def run(self, input_data: dict[str, Any], run: Run) -> dict[str, Any]:
        for percent in input_data.get("progress", []):
            await run.progress(percent)
        await asyncio.sleep(input_data.get("sleep", 0))
        match input_data.get("fail"):
            case "transient":
                raise TransientError("sample_busy", "planted-secret")
            case "permanent":
                raise PermanentError("sample_refused", "planted-secret")
            case "half a character":
                return {"text": "a\ud800b"}
            case "bug":
                raise ZeroDivisionError("planted-secret")
        return {"echo": input_data}


class Sample:
    """The module in a host that runs."""

    def __init__(self, host: TestHost, settings: dict[str, Any], tasks: tuple[Task, ...]) -> None:
        fields = {"version": "1.0.0", "description": "A module", "author": "A Tester", "class_name": "Sample"}
        manifest = ModuleMetadata(name="sample", **fields)
        self._host = host
        self._candidate = Candidate("sample", Path(__file__).parent, "tests", manifest)
        self.context = host.host.create_context(manifest, self._candidate.folder)
        self._settings = settings
        self.service = self.create_service(self.context)
        host.host.jobs.add(self._candidate, self.context, self.create_service)
        host.host.jobs._tasks += [(self.context, task) for task in tasks]

    def create_service(self, context: ModuleContext) -> SampleService:
        return SampleService(context, **self._settings)

    async def register(self) -> None:
        host = self._host.host
        host.orchestrator.candidates = [self._candidate]
        host._discovered = {"sample": self._candidate.metadata}
        await host.register_modules()

    def call(self, function: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        return self._host.call(function, *arguments)

    def start(self, user_id: str, **input_data: Any) -> JobRow:
        job: JobRow = self.call(
            self.service.start_processing, ProcessRequest(input_data={"x": 1, **input_data}), user_id
        )
        return job

    def job(self, job: JobRow) -> JobRow:
        found: JobRow = self.call(self.service.get_job, job.id)
        return found

    def wait_for(self, job: JobRow, *statuses: str) -> JobRow:
        """The job, once it has one of the statuses; by default an end."""

        def reached() -> JobRow | None:
            now = self.job(job)
            return now if now.status in (statuses or ("completed", "failed", "cancelled")) else None

        return wait_until(reached)


MakeSample = Callable[..., Sample]


@pytest.fixture
def make_sample(host: TestHost) -> Iterator[MakeSample]:
    """Adds the module to the host, with other settings than the usual ones."""

    def make(*tasks: Task, **settings: Any) -> Sample:
        sample = Sample(host, settings, tasks)
        host.call(sample.register)
        return sample

    yield make
    host.host.jobs.clear()
    host.host.events.unsubscribe("sample")
    host.host.orchestrator.candidates = []


@pytest.fixture
def sample(make_sample: MakeSample) -> Sample:
    return make_sample()


@contextmanager
def no_database(host: TestHost) -> Iterator[None]:
    """While the block runs, the host's database can't be reached."""
    with patch.object(
        host.host.database, "query", AsyncMock(side_effect=DatabaseUnavailableError("it is unavailable"))
    ):
        yield
