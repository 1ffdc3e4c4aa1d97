"""The life of a job, as a module sees it."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from ai_module_runtime import InvalidInputError, JobRow, ProcessRequest, Task
from ai_module_runtime.clock import utcnow
from ai_module_runtime.engine.metrics import format_metrics
from ai_module_runtime.jobs.errors import JobNotCancellableError, JobNotFoundError, TooManyJobsError
from ai_module_runtime.jobs.schemas import StatsResponse
from ai_module_runtime.testing import TestHost, wait_until

from .conftest import MakeSample, Sample


def test_completes_with_its_result(host: TestHost, sample: Sample, user_id: str) -> None:
    job = sample.wait_for(sample.start(user_id, progress=[10, 5, 60, 100]))
    assert (job.status, job.progress_percent, job.attempt, job.error_code) == ("completed", 100, 1, None)
    result = sample.call(sample.service.get_result, job)
    assert result.result_id == job.result_id
    assert result.output_data["echo"]["x"] == 1
    assert list(result.metadata) == ["duration_ms"]
    events = host.events(job.id, last="sample.completed")
    assert [event["name"].partition(".")[2] for event in events][0 :: len(events) - 1] == ["started", "completed"]
    assert {event["source_module"] for event in events} == {"sample"}


@pytest.mark.parametrize(
    ("failure", "attempts", "code"),
    [
        ("transient", 2, "sample_busy"),
        ("bug", 2, "internal_error"),
        ("permanent", 1, "sample_refused"),
        ("half a character", 1, "output_invalid"),
    ],
)
def test_fails_after_its_attempts(
    host: TestHost, sample: Sample, user_id: str, failure: str, attempts: int, code: str
) -> None:
    job = sample.wait_for(sample.start(user_id, fail=failure))
    assert (job.status, job.attempt, job.error_code) == ("failed", attempts, code)
    assert job.error_message
    assert "planted-secret" not in job.error_message
    failed = host.events(job.id, last="sample.failed")[-1]
    assert failed["data"] == {"job_id": job.id, "user_id": user_id, "error_code": code, "attempt": attempts}


def test_an_attempt_has_a_time_limit(make_sample: MakeSample, user_id: str) -> None:
    sample = make_sample(timeout_seconds=0.05, retry_attempts=0)
    job = sample.wait_for(sample.start(user_id, sleep=3))
    assert (job.status, job.error_code) == ("failed", "timeout")


def test_a_cancelled_job_stops_and_keeps_no_result(host: TestHost, sample: Sample, user_id: str) -> None:
    job = sample.wait_for(sample.start(user_id, sleep=30), "processing")
    sample.call(sample.service.cancel, job)
    assert sample.job(job).status == "cancelled"
    with pytest.raises(JobNotCancellableError):
        sample.call(sample.service.cancel, job)
    names = [event["name"] for event in host.events(job.id, last="sample.cancelled")]
    assert "sample.completed" not in names


def test_shows_administrators_why_a_job_waits_for_its_next_attempt(
    host: TestHost, make_sample: MakeSample, user_id: str
) -> None:
    sample = make_sample(retry_delay_seconds=600)
    before = utcnow()
    job = sample.start(user_id, fail="transient")
    admin = host.headers("admin", admin=True)

    def inspect() -> dict[str, Any]:
        found: dict[str, Any] = host.client.get(f"/api/v1/jobs/{job.id}", headers=admin).json()
        return found

    wait_until(lambda: inspect()["last_error_code"] or None)
    filters = {"user_id": user_id, "status": "pending", "error_code": "sample_busy"}
    (listed,) = host.client.get("/api/v1/jobs", params=filters, headers=admin).json()["jobs"]
    for shown in (listed, inspect()):
        assert (shown["job_id"], shown["status"], shown["attempt"]) == (job.id, "pending", 1)
        assert (shown["error_code"], shown["error_message"], shown["last_error_code"]) == (None, None, "sample_busy")
        assert datetime.fromisoformat(shown["next_attempt_at"]) > before + timedelta(seconds=590)
    # Its owner sees the error when the job has failed.
    assert sample.job(job).error_code is None
    assert sample.call(sample.service.list_jobs, user_id).jobs[0].error_code is None
    metrics = format_metrics(host.call(host.host.store.read_waiting))
    assert 'ai_jobs_waiting_for_retry{module="sample"} 1\n' in metrics
    sample.call(sample.service.cancel_job, job.id)
    now = inspect()
    assert (now["status"], now["error_code"]) == ("cancelled", None)
    assert (now["last_error_code"], now["next_attempt_at"]) == (None, None)


def test_a_completed_job_has_no_error_of_earlier_attempts(
    host: TestHost, make_sample: MakeSample, user_id: str
) -> None:
    sample = make_sample(retry_delay_seconds=600)
    job = sample.start(user_id, fail="transient")
    wait_until(lambda: sample.job(job).last_error_code)

    async def make_due() -> None:
        async with host.host.database.transaction() as connection:
            await connection.exec_driver_sql(
                "update ai.jobs set due_at = now(), input_data = '{\"x\": 1}' where id = $1", (job.id,)
            )
        await host.host.store.sweep(["sample"])

    host.call(make_due)
    assert sample.wait_for(job).status == "completed"
    assert sample.job(job).last_error_code is None


def test_a_job_belongs_to_its_module(host: TestHost, sample: Sample, user_id: str) -> None:
    job = sample.start(user_id)
    other = sample.create_service(sample.context)
    object.__setattr__(other.spec, "name", "another")
    with pytest.raises(JobNotFoundError):
        host.call(other.get_job, job.id)


def test_a_user_has_a_limit(host: TestHost, make_sample: MakeSample, user_id: str) -> None:
    sample = make_sample(max_pending_jobs=3)

    async def start_many() -> list[object]:
        request = ProcessRequest(input_data={"sleep": 30})
        starts = (sample.service.start_processing(request, user_id) for _ in range(8))
        return list(await asyncio.gather(*starts, return_exceptions=True))

    outcomes = host.call(start_many)
    assert sum(isinstance(outcome, JobRow) for outcome in outcomes) == 3
    refused = [outcome for outcome in outcomes if isinstance(outcome, TooManyJobsError)]
    assert [outcome.headers for outcome in refused] == [{"Retry-After": "5"}] * 5
    sample.call(sample.service.erase_user, user_id)


def test_an_event_starts_one_job(sample: Sample, user_id: str) -> None:
    request = ProcessRequest(input_data={"x": 1})
    start = sample.service.start_processing
    assert sample.call(start, request, user_id, "event").id == sample.call(start, request, user_id, "event").id


def test_erasing_a_user_leaves_nothing(host: TestHost, sample: Sample, user_id: str) -> None:
    done = sample.wait_for(sample.start(user_id))
    running = sample.wait_for(sample.start(user_id, sleep=30), "processing")
    sample.call(sample.service.erase_user, user_id)
    for job in (done, running):
        with pytest.raises(JobNotFoundError):
            sample.job(job)
    assert host.events(running.id, last="sample.cancelled")


def test_a_full_page_of_jobs_is_in_stable_order(sample: Sample, user_id: str) -> None:
    ids = [sample.start(user_id).id for _ in range(5)]
    first = sample.call(sample.service.list_jobs, user_id, 0, 3, None)
    rest = sample.call(sample.service.list_jobs, user_id, 3, 3, None)
    assert [found.id for found in first.jobs + rest.jobs] == ids[::-1]
    assert (first.total, first.has_more, rest.has_more) == (5, True, False)


def test_counts_are_of_all_users(sample: Sample, user_id: str) -> None:
    # Other tests may have left jobs behind.
    def idle() -> StatsResponse | None:
        now: StatsResponse = sample.call(sample.service.stats)
        return now if now.pending_jobs + now.processing_jobs == 0 else None

    before = wait_until(idle)
    sample.wait_for(sample.start(user_id))
    sample.wait_for(sample.start(f"{user_id}-2", fail="permanent"))
    after = sample.call(sample.service.stats)
    assert after.total_jobs - before.total_jobs == 2
    assert after.failed_jobs - before.failed_jobs == 1
    assert after.completed_jobs > before.completed_jobs
    assert after.uptime_seconds >= before.uptime_seconds


def test_old_jobs_are_deleted(host: TestHost, sample: Sample, user_id: str) -> None:
    job = sample.wait_for(sample.start(user_id))
    assert sample.call(sample.service.delete_old_jobs) == 0

    async def age() -> None:
        async with host.host.database.transaction() as connection:
            statement = "update ai.jobs set completed_at = now() - interval '400 days' where id = $1"
            await connection.exec_driver_sql(statement, (job.id,))

    host.call(age)
    assert sample.call(sample.service.delete_old_jobs) == 1
    with pytest.raises(JobNotFoundError):
        sample.job(job)


def test_a_scheduled_task_gets_the_service(host: TestHost, make_sample: MakeSample) -> None:
    seen: list[Any] = []

    async def run(service: Any) -> None:
        seen.append(service.spec.name)

    def create(context: Any) -> Any:
        return sample.create_service(context)

    sample = make_sample(Task("tick", create, run, every=1), Task("process", create, run))
    worker = host.host.create_worker(concurrency=0, delivery_slots=0)
    host.call(worker.start)
    try:
        assert wait_until(lambda: seen or None)[0] == "sample"
    finally:
        host.call(worker.stop)


@pytest.mark.parametrize(
    ("input_data", "error"),
    [
        ({"text": "x" * 1_100_000}, "too_long"),
        ({"text": chr(0xD800)}, "json_invalid"),
        ({"number": float("inf")}, "json_invalid"),
        ({"deep": json.loads("[" * 150 + "]" * 150)}, "too_deep"),
    ],
)
def test_refuses_what_cannot_be_stored(sample: Sample, user_id: str, input_data: dict[str, Any], error: str) -> None:
    for call in (
        lambda: sample.start(user_id, **input_data),
        lambda: sample.call(sample.service.process_now, input_data),
    ):
        with pytest.raises(InvalidInputError) as refusal:
            call()
        assert refusal.value.error_type == error
