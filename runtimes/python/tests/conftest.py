"""A module made for these tests: its work does what its input says."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_settings import SettingsConfigDict
from sqlmodel import Field

from app.ai.module_config import ModuleConfig
from app.core.db import get_engine
from app.jobs.errors import PermanentError, TransientError
from app.jobs.events import LifecycleEvents
from app.jobs.models import JobRow, ResultRow, job_indexes
from app.jobs.service import JobService, ReportProgress
from app.jobs.spec import JobSpec
from app.testing.host import Host


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

    def __init__(self, **settings: Any) -> None:
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
        super().__init__(spec, SampleConfig(**{**defaults, **settings}))
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
def service(host: Host) -> Iterator[SampleService]:
    """A sample service whose messages go nowhere."""

    async def create_tables() -> None:
        async with get_engine().begin() as connection:
            for model in (SampleJob, SampleResult):
                await connection.run_sync(model.metadata.tables[str(model.__tablename__)].create, checkfirst=True)

    host.call(create_tables)
    sample = SampleService()
    yield sample
    host.call(sample.close)
