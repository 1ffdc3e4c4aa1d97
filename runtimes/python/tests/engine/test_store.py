"""Every transition, one call at a time."""

import asyncio
import socket
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ai_module_runtime.engine.database import Database, request_time
from ai_module_runtime.engine.errors import DatabaseUnavailableError
from ai_module_runtime.engine.modules import ModuleSpec, registration_of
from ai_module_runtime.engine.store import Claim, Job, JobFilter, Store

from .support import Lab, lab, sample_work

ODD_JSON: dict[str, Any] = {
    "integer": 10**40,
    "small": 5e-324,
    "float": 0.1 + 0.2,
    "whole": 1.0,
    "text": "\x00 \ud800 é 🙂 \u2028",
    "nested": [None, True, {"": []}],
}


async def test_a_host_keeps_the_registrations_of_modules_that_it_does_not_have(url: str) -> None:
    specs = tuple(ModuleSpec(name, sample_work, subscriptions=["shop.paid"]) for name in ("sample", "other"))
    async with lab(url, *specs) as made:
        await made.store.register_modules(registration_of(specs[:1]), ["sample"])
        await made.store.publish_event(str(uuid4()), "shop.paid", {}, "shop", "c")
        assert await made.store.remove_modules(7) == 0
        deliveries = await made.store.claim_deliveries(["sample", "other"], 10, 10)
        assert {delivery.module for delivery in deliveries} == {"sample", "other"}
        await made.add("other")
        assert len(await made.store.claim_jobs(["other"], 1, 10)) == 1


async def test_ends_the_work_of_a_module_that_no_process_had_for_a_week(url: str) -> None:
    async with lab(url, subscriptions=["shop.paid"]) as made:
        job = await made.add()
        await made.store.publish_event(str(uuid4()), "shop.paid", {}, "shop", "c")
        await made.execute("update {s}.jobs set created_at = now() - interval '8 days'")
        await made.execute("update {s}.events set occurred_at = now() - interval '8 days'")
        await made.execute("update {s}.modules set seen_at = now() - interval '8 days'")
        await made.store.beat(str(uuid4()), ["sample"])
        assert await made.store.remove_modules(7) == 0
        await made.execute("update {s}.modules set seen_at = now() - interval '8 days'")
        assert await made.store.remove_modules(7) == 2
        job = await made.job(job)
        assert (job.status, job.error_code) == ("failed", "module_removed")
        assert await made.sql("select error_code from {s}.deliveries where dead_at is not null") == "module_removed"
        assert await made.store.delete_old_events(30) == 0
        await made.execute("update {s}.deliveries set dead_at = now() - interval '31 days'")
        assert await made.store.delete_old_events(30) == 1


async def test_jobs_of_other_modules_wake_no_celery_worker(url: str) -> None:
    async with lab(url) as made:
        await made.add()
        assert await made.store.waiting_jobs(["other"], 4) == 0
        assert await made.store.waiting_jobs(["sample", "other"], 4) == 1


async def test_the_queries_of_a_request_share_their_time(url: str) -> None:
    async with lab(url) as made:
        database = made.connect(call_seconds=4)
        with request_time():
            await database.query("select pg_sleep(2.1)")
            for _ in range(2):
                with pytest.raises(DatabaseUnavailableError):
                    await database.query("select pg_sleep(2.1)")
        await database.query("select pg_sleep(0.1)")
        await database.close()


async def claim(lab: Lab, job: Job, lease: float = 10) -> Claim:
    claims = await lab.store.claim_jobs(["sample"], 1, lease)
    assert [item.job.id for item in claims] == [job.id]
    return claims[0]


async def complete(lab: Lab, claim: Claim, output: str = "{}", result_id: str | None = None) -> Job | None:
    return await lab.store.complete_job(claim, result_id or str(uuid4()), output, '{"duration_ms":5}', 5)


async def test_keeps_any_json_exactly(url: str) -> None:
    async with lab(url) as made, made.worker():
        job = await made.add(**ODD_JSON)
        assert job.input_data == ODD_JSON
        await made.wait_for(job, "completed")
        result = await made.store.get_result(job.id)
        assert result is not None
        assert result.output_data == {"echo": ODD_JSON}
        assert repr(result.output_data["echo"]["whole"]) == "1.0"
        event = await made.store.publish_event(str(uuid4()), "other.event", ODD_JSON, "sample", "c")
        assert event.data == ODD_JSON


async def test_adds_a_job_once(url: str) -> None:
    async with lab(url) as made:
        job_id = str(uuid4())
        jobs = await asyncio.gather(
            *(made.store.add_job(job_id, "sample", "user", {"n": n}, max_active=5) for n in range(4))
        )
        assert len({job.created_at for job in jobs if job}) == 1
        assert (await made.store.job_stats("sample")).total_jobs == 1
        assert jobs[0] is not None
        assert await made.events_of(jobs[0]) == ["started"]


async def test_limits_the_active_jobs_of_a_user(url: str) -> None:
    async with lab(url) as made:
        added = await asyncio.gather(
            *(made.store.add_job(str(uuid4()), "sample", "user", {}, max_active=3) for _ in range(8))
        )
        assert sum(job is not None for job in added) == 3
        assert await made.store.add_job(str(uuid4()), "sample", "other", {}, max_active=3)


async def test_runs_through_the_life_of_a_job(url: str) -> None:
    async with lab(url) as made:
        job = await made.add()
        assert (job.status, job.attempt, job.progress_percent, job.started_at) == ("pending", 0, 0, None)
        claimed = await claim(made, job)
        assert (claimed.job.status, claimed.job.attempt) == ("processing", 1)
        assert claimed.job.started_at is not None
        result_id = str(uuid4())
        ended = await complete(made, claimed, '{"x":1}', result_id)
        assert ended is not None
        assert (ended.status, ended.progress_percent, ended.result_id) == ("completed", 100, result_id)
        assert ended.duration_ms == 5
        assert await made.events_of(job) == ["started", "completed"]


async def test_completes_once_with_the_same_result_id(url: str) -> None:
    async with lab(url) as made:
        job = await made.add()
        claimed = await claim(made, job)
        result_id = str(uuid4())
        first = await complete(made, claimed, "{}", result_id)
        assert await complete(made, claimed, "{}", result_id) == first
        assert await complete(made, claimed) is None
        assert await made.store.fail_job(claimed, "internal_error") is None
        assert await made.store.retry_job(claimed, 0) is None
        assert await made.store.cancel_job(job.id) is None
        assert not await made.store.report_progress(claimed, 5)
        assert await made.events_of(job) == ["started", "completed"]


@pytest.mark.parametrize("end", ["fail", "cancel"])
async def test_ends_once(url: str, end: str) -> None:
    async with lab(url) as made:
        job = await made.add()
        claimed = await claim(made, job)
        calls = [
            made.store.fail_job(claimed, "sample_busy") if end == "fail" else made.store.cancel_job(job.id)
            for _ in range(3)
        ]
        ended = [answer for answer in await asyncio.gather(*calls) if answer]
        assert len(ended) == 1
        assert await complete(made, claimed) is None
        status = {"fail": "failed", "cancel": "cancelled"}[end]
        assert (await made.job(job)).status == status
        assert await made.events_of(job) == ["started", status]
        assert await made.store.get_result(job.id) is None


async def test_makes_a_job_pending_again(url: str) -> None:
    async with lab(url) as made:
        job = await made.add()
        claimed = await claim(made, job)
        again = await made.store.retry_job(claimed, 60, "sample_busy")
        assert again is not None
        assert (again.status, again.error_code, again.last_error_code) == ("pending", None, "sample_busy")
        assert again.next_attempt_at == again.due_at
        assert await made.store.claim_jobs(["sample"], 5, 10) == []
        seconds = await made.store.seconds_until_due(["sample"])
        assert seconds is not None
        assert 0 < seconds <= 60
        assert await made.store.seconds_until_due(["other"]) is None
        await made.execute("update {s}.jobs set due_at = now()")
        second = await claim(made, job)
        assert second.job.attempt == 2
        assert second.token != claimed.token
        assert second.job.started_at == claimed.job.started_at


async def test_progress_never_falls_and_ends_below_a_hundred(url: str) -> None:
    async with lab(url) as made:
        job = await made.add()
        claimed = await claim(made, job)
        seen = []
        for percent in (10, 5, 60, 100):
            assert await made.store.report_progress(claimed, percent)
            seen.append((await made.job(job)).progress_percent)
        assert seen == [10, 10, 60, 99]


async def test_takes_jobs_back_from_lost_workers(url: str) -> None:
    async with lab(url) as made:
        job = await made.add()
        for attempt in range(1, 6):
            claimed = await claim(made, job, lease=0.01)
            assert claimed.job.attempt == attempt
            await asyncio.sleep(0.02)
            assert await made.store.sweep(["sample"]) == 1
            assert await made.store.renew_leases([claimed.token], 10) == set()
        ended = await made.job(job)
        assert (ended.status, ended.error_code) == ("failed", "internal_error")
        assert await made.events_of(job) == ["started", "failed"]


async def test_keeps_leases_that_are_renewed(url: str) -> None:
    async with lab(url) as made:
        claimed = await claim(made, await made.add(), lease=0.05)
        assert await made.store.renew_leases([claimed.token, str(uuid4())], 10) == {claimed.token}
        await asyncio.sleep(0.06)
        assert await made.store.sweep(["sample"]) == 0
        await made.store.expire_claims()
        assert await made.store.sweep(["sample"]) == 1


async def test_lists_jobs_newest_first(url: str) -> None:
    async with lab(url) as made:
        jobs = [await made.add() for _ in range(5)]
        await made.add(user="other")
        page = await made.store.list_jobs("sample", "user", None, 1, 2)
        assert ([job.id for job in page.jobs], page.total) == ([jobs[3].id, jobs[2].id], 5)
        page = await made.store.list_jobs("sample", "user", "completed", 0, 2)
        assert (page.jobs, page.total) == ([], 0)
        page = await made.store.list_jobs("sample", "user", "pending", 9, 2)
        assert (page.jobs, page.total) == ([], 5)


async def test_erases_a_user(url: str) -> None:
    async with lab(url) as made:
        jobs = [await made.add() for _ in range(3)]
        other = await made.add(user="other")
        assert await made.store.erase_user_jobs("sample", "user") == 3
        assert await made.store.get_job(jobs[0].id) is None
        assert await made.events_of(jobs[0]) == ["started", "cancelled"]
        assert (await made.job(other)).status == "pending"
        assert (await made.store.job_stats("sample")).total_jobs == 1


async def test_deletes_old_jobs_and_events(url: str) -> None:
    async with lab(url) as made:
        job, active = await made.add(), await made.add()
        await made.store.cancel_job(job.id)
        assert await made.store.delete_old_jobs("sample", 1) == 0
        assert await made.store.delete_old_jobs("sample", 0) == 1
        assert (await made.job(active)).status == "pending"
        assert await made.store.delete_old_events(0) == 3


async def test_takes_a_schedule_once(url: str) -> None:
    async with lab(url) as made:
        now = await made.store.now()
        soon, later = now + timedelta(minutes=5), now + timedelta(hours=1)
        await made.store.enter_schedules([("sample.task", "* * * * *", soon)])
        await made.store.enter_schedules([("sample.task", "* * * * *", later)])
        assert await made.store.due_schedules(["sample.task"]) == []
        await made.execute("update {s}.schedules set due_at = due_at - interval '5 minutes'")
        assert [name for name, _ in await made.store.due_schedules(["sample.task"])] == ["sample.task"]
        taken = await asyncio.gather(*(made.store.take_schedule("sample.task", later) for _ in range(4)))
        assert sorted(taken) == [False, False, False, True]
        # A changed expression does not wait for the time of the old one.
        await made.store.enter_schedules([("sample.task", "5 * * * *", now)])
        assert await made.store.take_schedule("sample.task", later)


async def test_knows_whether_a_worker_is_alive(url: str) -> None:
    async with lab(url) as made:
        assert not await made.store.has_workers()
        await made.store.beat(str(uuid4()), ["sample"])
        assert await made.store.has_workers()
        await made.execute("update {s}.workers set seen_at = now() - interval '16 seconds'")
        assert not await made.store.has_workers()


@pytest.mark.parametrize("address", ["postgresql://u@127.0.0.1:1/x", "postgresql://u@/x?host=/nowhere"])
async def test_reports_a_database_that_is_unavailable(address: str) -> None:
    store = Store(Database(address))
    with pytest.raises(DatabaseUnavailableError):
        await store.has_workers()


async def test_reports_a_database_that_does_not_answer() -> None:
    # Connections are accepted by the system, and nothing answers.
    with socket.create_server(("127.0.0.1", 0)) as server:
        store = Store(Database(f"postgresql://u@127.0.0.1:{server.getsockname()[1]}/x"))
        async with asyncio.timeout(60):
            with pytest.raises(DatabaseUnavailableError):
                await store.has_workers()


async def test_limits_the_time_of_a_call(url: str) -> None:
    async with lab(url) as made:
        database = made.connect(call_seconds=2)
        with pytest.raises(DatabaseUnavailableError):
            await database.query("select pg_sleep(300)")
        assert (await database.query("select 1"))[0][0] == 1
        await database.close()
        database = made.connect(statement_seconds=0.2)
        with pytest.raises(DatabaseUnavailableError):
            await database.query("select pg_sleep(300)")
        await database.close()


async def test_names_no_statements_for_a_transaction_pooler(url: str) -> None:
    for pooler in (False, True):
        database = Database(url, pooler=pooler)
        names = (await database.query("select count(*) from pg_prepared_statements where $1", True))[0][0]
        assert (names == 0) == pooler
        await database.close()


async def test_starts_an_ended_job_again_and_finds_those_that_were_not(url: str) -> None:
    async with lab(url) as made:
        jobs = [await made.add() for _ in range(3)]
        for job in jobs[:2]:
            await made.store.fail_job(await claim(made, job), "provider_rejected")
        open_jobs = JobFilter(status="failed", error_code="provider_rejected", is_open=True)
        assert [job.id for job in await made.store.find_jobs(open_jobs, 10)] == [jobs[1].id, jobs[0].id]
        again = await made.store.repeat_job(jobs[0].id, str(uuid4()), {"n": 1}, {}, 10)
        assert again is not None
        assert (again.status, again.attempt, again.user_id, again.input_data) == ("pending", 0, "user", {"n": 1})
        assert await made.store.repeat_job(jobs[2].id, str(uuid4()), {}, {}, 10) is None
        assert [job.id for job in await made.store.find_jobs(open_jobs, 10)] == [jobs[1].id]
        assert [job.id for job in await made.store.find_jobs(JobFilter(), 2, jobs[2].id)] == [jobs[1].id, jobs[0].id]
