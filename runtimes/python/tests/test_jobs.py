"""The life of a job, one step at a time."""

import asyncio
import json
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest

from ai_module_runtime.errors import InvalidInputError
from ai_module_runtime.jobs.errors import (
    JobNotCancellableError,
    JobNotFoundError,
    QueueUnavailableError,
    TooManyJobsError,
)
from ai_module_runtime.jobs.models import JobRow
from ai_module_runtime.jobs.runner import process_job
from ai_module_runtime.jobs.schemas import ProcessRequest
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.testing import TestHost

from .conftest import SampleService


def start(host: TestHost, service: SampleService, user_id: str, **input_data: Any) -> JobRow:
    return host.call(service.start_processing, ProcessRequest(input_data={"x": 1, **input_data}), user_id)


def run(host: TestHost, service: SampleService, job: JobRow) -> JobRow:
    host.call(process_job, service, job.id)
    return host.call(service.get_job, job.id)


def test_completes_with_its_result(host: TestHost, service: SampleService, user_id: str) -> None:
    job = run(host, service, start(host, service, user_id, progress=[10, 5, 60, 100]))
    assert (job.status, job.progress_percent, job.attempt, job.error_code) == ("completed", 100, 1, None)
    result = host.call(service.get_result, job)
    assert result.result_id == job.result_id
    assert result.output_data["echo"]["x"] == 1
    events = host.events(job.id, last="sample.completed")
    assert [event["name"].partition(".")[2] for event in events] == [
        "started",
        "progress",
        "progress",
        "progress",
        "completed",
    ]
    assert [event["data"]["progress"] for event in events[1:4]] == [10, 60, 99]


def test_a_second_delivery_finds_nothing_to_do(host: TestHost, service: SampleService, user_id: str) -> None:
    job = run(host, service, start(host, service, user_id))
    again = run(host, service, job)
    assert (again.attempt, again.result_id) == (1, job.result_id)


def test_a_retry_is_not_started_before_it_is_due(host: TestHost, context: ModuleContext, user_id: str) -> None:
    patient = SampleService(context, retry_delay_seconds=30)
    job = run(host, patient, start(host, patient, user_id, fail="transient"))
    assert (job.status, job.attempt, job.error_code) == ("pending", 1, "sample_busy")
    again = run(host, patient, job)
    assert (again.status, again.attempt) == ("pending", 1)
    host.call(patient.close)


@pytest.mark.parametrize(
    ("failure", "attempts", "code"),
    [
        ("transient", 2, "sample_busy"),
        ("bug", 2, "internal_error"),
        ("permanent", 1, "sample_refused"),
    ],
)
def test_fails_after_its_attempts(
    host: TestHost, service: SampleService, user_id: str, failure: str, attempts: int, code: str
) -> None:
    job = start(host, service, user_id, fail=failure)
    for _ in range(attempts):
        assert job.status == "pending"
        job = run(host, service, job)
    assert (job.status, job.attempt, job.error_code) == ("failed", attempts, code)
    assert "planted-secret" not in str(job.error_message)
    failed = host.events(job.id, last="sample.failed")[-1]
    assert failed["data"] == {"job_id": job.id, "user_id": user_id, "error_code": code, "attempt": attempts}


def test_an_attempt_has_a_time_limit(
    host: TestHost, context: ModuleContext, user_id: str, service: SampleService
) -> None:
    hasty = SampleService(context, timeout_seconds=0.05, retry_attempts=0)
    job = run(host, hasty, start(host, hasty, user_id, sleep=3))
    assert (job.status, job.error_code) == ("failed", "timeout")
    host.call(hasty.close)


def test_a_cancelled_job_stops_and_keeps_no_result(host: TestHost, service: SampleService, user_id: str) -> None:
    job = start(host, service, user_id, sleep=0.3, progress=[10])

    async def cancel_while_working() -> None:
        work = asyncio.create_task(process_job(service, job.id))
        await asyncio.sleep(0.15)
        await service.cancel(await service.get_job(job.id))
        await work

    host.call(cancel_while_working)
    ended = host.call(service.get_job, job.id)
    assert (ended.status, ended.result_id) == ("cancelled", None)
    names = [event["name"] for event in host.events(job.id, last="sample.cancelled")]
    assert "sample.completed" not in names


def test_of_two_cancels_one_succeeds(host: TestHost, service: SampleService, user_id: str) -> None:
    job = start(host, service, user_id)

    async def cancel_twice() -> list[BaseException | None]:
        return list(await asyncio.gather(service.cancel(job), service.cancel(job), return_exceptions=True))

    outcomes = host.call(cancel_twice)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [JobNotCancellableError]


def test_a_full_queue_of_one_user_is_refused(
    host: TestHost, context: ModuleContext, user_id: str, service: SampleService
) -> None:
    small = SampleService(context, max_pending_jobs=3)

    async def start_many() -> list[object]:
        request = ProcessRequest(input_data={"x": 1})
        starts = (small.start_processing(request, user_id) for _ in range(8))
        return list(await asyncio.gather(*starts, return_exceptions=True))

    outcomes = host.call(start_many)
    assert sum(isinstance(outcome, JobRow) for outcome in outcomes) == 3
    assert sum(isinstance(outcome, TooManyJobsError) for outcome in outcomes) == 5


def test_a_job_that_cannot_be_queued_fails(
    host: TestHost, service: SampleService, user_id: str, sent: AsyncMock
) -> None:
    sent.side_effect = ConnectionError("planted-secret")
    with pytest.raises(QueueUnavailableError):
        start(host, service, user_id)
    job = host.call(service.list_jobs, user_id, 0, 20, None).jobs[0]
    assert (job.status, job.error_code) == ("failed", "queue_unavailable")


def test_an_event_starts_one_job(host: TestHost, service: SampleService, user_id: str) -> None:
    request = ProcessRequest(input_data={"x": 1})
    first = host.call(service.start_processing, request, user_id, f"event-{user_id}")
    second = host.call(service.start_processing, request, user_id, f"event-{user_id}")
    assert first.id == second.id


def test_events_that_cannot_be_published_change_nothing(host: TestHost, service: SampleService, user_id: str) -> None:
    with patch.object(host.host.events, "publish", AsyncMock(side_effect=ConnectionError)):
        job = run(host, service, start(host, service, user_id))
    assert job.status == "completed"
    assert service.events.failures == 2


def test_erasing_a_user_leaves_nothing(host: TestHost, service: SampleService, user_id: str) -> None:
    done = run(host, service, start(host, service, user_id))
    waiting = start(host, service, user_id)
    host.call(service.erase_user, user_id)
    for job in (done, waiting):
        with pytest.raises(JobNotFoundError):
            host.call(service.get_job, job.id)
    assert host.events(waiting.id, last="sample.cancelled")


@pytest.mark.parametrize(
    ("input_data", "error"),
    [
        ({"text": "x" * 1_100_000}, "too_long"),
        ({"text": chr(0xD800)}, "json_invalid"),
        ({"number": float("inf")}, "json_invalid"),
        ({"deep": json.loads("[" * 150 + "]" * 150)}, "too_deep"),
    ],
)
def test_refuses_what_cannot_be_stored(
    host: TestHost, service: SampleService, user_id: str, input_data: dict[str, Any], error: str
) -> None:
    for call in (
        lambda: start(host, service, user_id, **input_data),
        lambda: host.call(service.process_now, input_data),
    ):
        with pytest.raises(InvalidInputError) as refusal:
            call()
        assert refusal.value.error_type == error
