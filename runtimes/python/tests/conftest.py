"""A module made for these tests: its work does what its input says."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from pydantic_settings import SettingsConfigDict
from sqlmodel import Field

from ai_module_runtime.jobs.errors import PermanentError, TransientError
from ai_module_runtime.jobs.events import LifecycleEvents
from ai_module_runtime.jobs.models import JobRow, ResultRow, job_indexes
from ai_module_runtime.jobs.service import JobService, ReportProgress
from ai_module_runtime.jobs.spec import JobSpec
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.modules.module_config import ModuleConfig
from ai_module_runtime.tasks.queue import TaskQueue
from ai_module_runtime.testing import TestHost


class SampleJob(JobRow, table=True):
    __tablename__ = "sample_jobs"
    __table_args__ = job_indexes("sample_jobs")


class SampleResult(ResultRow, table=True):
    __tablename__ = "sample_results"

    job_id: str = Field(foreign_key="sample_jobs.id", ondelete="CASCADE", unique=True, max_length=36)


class SampleConfig(ModuleConfig):
    model_config = SettingsConfigDict(env_prefix="SAMPLE_")


class SampleService(JobService):
    """Its jobs are not run by a worker: the tests run them one step at a time."""

    def __init__(self, context: ModuleContext, **settings: Any) -> None:
        defaults = {"retry_delay_seconds": 0, "timeout_seconds": 5, "retry_attempts": 1}
        spec = JobSpec(
            name="sample",
            process_task="sample.process",
            job_model=SampleJob,
            result_model=SampleResult,
            events=LifecycleEvents(
                started="sample.started",
                progress="sample.progress",
                completed="sample.completed",
                failed="sample.failed",
                cancelled="sample.cancelled",
            ),
        )
        super().__init__(context, spec, SampleConfig(**{**defaults, **settings}))
        self.opened = 0

    async def initialize(self) -> None:
        self.opened += 1

    async def shutdown(self) -> None:
        self.opened -= 1

    async def check_provider(self) -> bool:
        return True

    async def run(
        self,
        input_data: dict[str, Any],
        options: dict[str, Any],
        report_progress: ReportProgress,
    ) -> dict[str, Any]:
        for percent in input_data.get("progress", []):
            await report_progress(percent)
        await asyncio.sleep(input_data.get("sleep", 0))
        match input_data.get("fail"):
            case "transient":
                raise TransientError("sample_busy", "planted-secret")
            case "permanent":
                raise PermanentError("sample_refused", "planted-secret")
            case "bug":
                raise ZeroDivisionError("planted-secret")
        return {"echo": input_data}


@pytest.fixture
def sent() -> AsyncMock:
    """Messages are counted, not sent."""
    return AsyncMock()


@pytest.fixture
def context(host: TestHost, sent: AsyncMock) -> ModuleContext:
    """What the host gives to a module, except the queue."""
    fields = {"version": "1.0.0", "description": "A module", "author": "A Tester", "class_name": "Sample"}
    manifest = ModuleMetadata(name="sample", **fields)
    queue = TaskQueue(host.host.celery_app, host.host.stopping)
    queue.send = sent  # type: ignore[method-assign]
    return replace(host.host.create_context(manifest, Path(__file__).parent), queue=queue)


@pytest.fixture
def service(host: TestHost, context: ModuleContext) -> Iterator[SampleService]:
    """A sample service whose messages go nowhere."""

    async def create_tables() -> None:
        async with context.db.engine().begin() as connection:
            for model in (SampleJob, SampleResult):
                await connection.run_sync(model.metadata.tables[str(model.__tablename__)].create, checkfirst=True)

    host.call(create_tables)
    sample = SampleService(context)
    yield sample
    host.call(sample.close)
