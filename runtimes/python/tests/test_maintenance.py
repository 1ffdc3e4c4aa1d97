"""Repair of what a killed process leaves, and cleaning."""

from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest
from sqlmodel import col, update

from ai_module_runtime.clock import utcnow
from ai_module_runtime.jobs import maintenance
from ai_module_runtime.jobs.models import JobRow
from ai_module_runtime.jobs.runner import process_job
from ai_module_runtime.jobs.schemas import ProcessRequest
from ai_module_runtime.testing import TestHost

from .conftest import SampleJob, SampleService

PAST = timedelta(days=400)


@pytest.fixture
def job(host: TestHost, service: SampleService, user_id: str, sent: AsyncMock) -> JobRow:
    started = host.call(service.start_processing, ProcessRequest(input_data={"x": 1}), user_id)
    sent.reset_mock()
    return started


def change(host: TestHost, job: JobRow, **values: Any) -> None:
    async def write() -> None:
        async with host.host.database.session() as session:
            await session.exec(update(SampleJob).where(col(SampleJob.id) == job.id).values(**values))

    host.call(write)


def queued(sent: AsyncMock, job: JobRow) -> int:
    return sum(job.id in call.args for call in sent.await_args_list)


def test_a_forgotten_job_is_queued_again_once(
    host: TestHost, service: SampleService, job: JobRow, sent: AsyncMock
) -> None:
    host.call(maintenance.requeue_stale, service)
    assert queued(sent, job) == 0
    change(host, job, requeue_at=utcnow() - PAST)
    host.call(maintenance.requeue_stale, service)
    host.call(maintenance.requeue_stale, service)
    assert queued(sent, job) == 1


def test_a_job_that_waits_for_its_next_attempt_is_told_of_in_time(
    host: TestHost, service: SampleService, job: JobRow, sent: AsyncMock
) -> None:
    change(host, job, due_at=utcnow() + timedelta(seconds=30))
    host.call(maintenance.recover, service)
    countdown = next(call.args[-1] for call in sent.await_args_list if job.id in call.args)
    assert 25 < countdown <= 30


def test_an_orphaned_job_is_taken_over(host: TestHost, service: SampleService, job: JobRow, sent: AsyncMock) -> None:
    claimed = host.call(service.transitions.claim, job.id)
    assert claimed is not None
    assert host.call(service.transitions.claim, job.id) is None
    change(host, job, lease_expires_at=utcnow() - PAST)
    host.call(maintenance.requeue_stale, service)
    assert queued(sent, job) == 1
    host.call(process_job, service, job.id)
    ended = host.call(service.get_job, job.id)
    assert (ended.status, ended.attempt) == ("completed", 2)
    assert host.call(service.transitions.renew, job.id, claimed.claim_token) is False


def test_a_job_that_kills_its_workers_ends(host: TestHost, service: SampleService, job: JobRow) -> None:
    for _ in range(1 + service.settings.retry_attempts + maintenance.LOST_WORKERS_ALLOWED):
        assert host.call(service.get_job, job.id).status != "failed"
        assert host.call(service.transitions.claim, job.id) is not None
        change(host, job, lease_expires_at=utcnow() - PAST)
        host.call(maintenance.requeue_stale, service)
    ended = host.call(service.get_job, job.id)
    assert (ended.status, ended.error_code) == ("failed", "internal_error")


def test_recovery_takes_every_active_job(host: TestHost, service: SampleService, job: JobRow, sent: AsyncMock) -> None:
    assert host.call(service.transitions.claim, job.id) is not None
    host.call(maintenance.recover, service)
    assert queued(sent, job) == 1


def test_old_jobs_are_deleted_with_their_results(host: TestHost, service: SampleService, job: JobRow) -> None:
    host.call(process_job, service, job.id)
    host.call(maintenance.cleanup_old_jobs, service)
    assert host.call(service.store.get, job.id) is not None
    change(host, job, completed_at=utcnow() - PAST)
    assert host.call(maintenance.cleanup_old_jobs, service) >= 1
    assert host.call(service.store.get, job.id) is None
    assert host.call(service.store.result_of, job.id) is None


def test_a_full_page_of_jobs_is_in_stable_order(host: TestHost, service: SampleService, user_id: str) -> None:
    request = ProcessRequest(input_data={"x": 1})
    ids = [host.call(service.start_processing, request, user_id).id for _ in range(5)]
    first = host.call(service.list_jobs, user_id, 0, 3, None)
    rest = host.call(service.list_jobs, user_id, 3, 3, None)
    assert [found.id for found in first.jobs + rest.jobs] == ids[::-1]
    assert (first.total, first.has_more, rest.has_more) == (5, True, False)
