"""Workers in one process: attempts, limits, fairness, events, and what interrupts them."""

import asyncio
import contextlib
import logging
import threading
import time
from collections import Counter
from itertools import pairwise
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from ai_module_runtime.engine import attempt as attempt_file
from ai_module_runtime.engine import hooks as hooks_file
from ai_module_runtime.engine import outage as outage_file
from ai_module_runtime.engine import worker as worker_file
from ai_module_runtime.engine.errors import DatabaseUnavailableError, PermanentError, TransientError
from ai_module_runtime.engine.modules import ModuleSpec, Run
from ai_module_runtime.engine.store import Event, Job
from ai_module_runtime.engine.threads import WorkerThreads
from ai_module_runtime.engine.worker import Worker

from .support import Lab, lab, most_common, sample_work, until


@pytest.mark.parametrize("threads", [False, True])
async def test_completes_with_its_result(url: str, threads: bool) -> None:
    async def work(job: Job, run: Run) -> Any:
        run.metadata["model"] = "m"
        return await sample_work(job, run)

    async with lab(url, run_job=work) as made, made.worker(threads=WorkerThreads() if threads else None):
        job = await made.wait_for(await made.add(x=1, progress=[10, 5, 60, 100]), "completed")
        assert (job.progress_percent, job.attempt, job.error_code) == (100, 1, None)
        result = await made.store.get_result(job.id)
        assert result is not None
        assert result.id == job.result_id
        assert result.output_data["echo"]["x"] == 1
        assert result.metadata == {"model": "m", "duration_ms": job.duration_ms}
        # Nobody subscribes to the progress.
        assert await made.events_of(job) == ["started", "completed"]


async def test_publishes_progress_for_subscribers(url: str) -> None:
    async with lab(url, subscriptions=["sample.progress"]) as made, made.worker():
        job = await made.wait_for(await made.add(progress=[10, 60]), "completed")
        assert await made.events_of(job) == ["started", "progress", "completed"]


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ({"fail": "transient", "fails": 2}, ("completed", 3, None)),
        ({"fail": "transient"}, ("failed", 3, "sample_busy")),
        ({"fail": "permanent"}, ("failed", 1, "sample_refused")),
        ({"fail": "bug"}, ("failed", 3, "internal_error")),
        ({"sleep": 9}, ("failed", 3, "timeout")),
    ],
)
async def test_retries_and_fails(url: str, work: dict[str, Any], expected: tuple[Any, ...]) -> None:
    limit = 0.3 if "sleep" in work else 600
    async with lab(url, timeout_seconds=limit, retry_delay_seconds=0.05) as made, made.worker():
        job = await made.wait_for(await made.add(**work))
        assert (job.status, job.attempt, job.error_code) == expected
        assert await made.events_of(job) == ["started", job.status]


async def test_waits_twice_as_long_before_each_retry(url: str) -> None:
    starts: list[float] = []

    async def work(_job: Job, _run: Run) -> None:
        starts.append(monotonic())
        raise TransientError("busy")

    async with lab(url, run_job=work, retry_delay_seconds=0.2) as made, made.worker():
        await made.wait_for(await made.add())
        first, second = (later - earlier for earlier, later in pairwise(starts))
        assert (first >= 0.19, second >= 0.39) == (True, True)


@pytest.mark.parametrize("output", [{1, 2}, float("nan"), object()])
async def test_fails_if_the_output_is_not_json(url: str, output: Any) -> None:
    async def work(_job: Job, _run: Run) -> Any:
        return output

    async with lab(url, run_job=work) as made, made.worker():
        job = await made.wait_for(await made.add())
        assert (job.status, job.attempt, job.error_code) == ("failed", 1, "internal_error")


@pytest.mark.parametrize("threads", [False, True])
async def test_work_can_not_end_the_process(url: str, threads: bool) -> None:
    async def work(_job: Job, _run: Run) -> None:
        raise SystemExit(3)

    pool = WorkerThreads() if threads else None
    async with lab(url, run_job=work, retry_attempts=1, retry_delay_seconds=0) as made, made.worker(threads=pool):
        job = await made.wait_for(await made.add())
        assert (job.status, job.attempt, job.error_code) == ("failed", 2, "internal_error")


@pytest.mark.parametrize("threads", [False, True])
async def test_cancels_work_that_runs(url: str, threads: bool) -> None:
    started: list[str] = []
    ended: list[str] = []

    async def work(job: Job, _run: Run) -> None:
        started.append(job.id)
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ended.append(threading.current_thread().name)
            raise

    async def has_started() -> bool:
        return bool(started)

    async def has_ended() -> bool:
        return bool(ended)

    async with lab(url, run_job=work) as made, made.worker(threads=WorkerThreads() if threads else None):
        job = await made.add()
        # A job is `processing` before its work starts; work that never started has nothing to end.
        await until(has_started)
        assert await made.store.cancel_job(job.id)
        await until(has_ended)
        assert ended[0].startswith("ai-worker") == threads
        assert await made.events_of(job) == ["started", "cancelled"]
        # The place is free again.
        assert await made.store.cancel_job((await made.wait_for(await made.add(), "processing")).id)


async def test_a_pending_job_that_is_cancelled_never_runs(url: str) -> None:
    async with lab(url) as made:
        job = await made.add()
        await made.store.cancel_job(job.id)
        async with made.worker():
            await made.wait_for(await made.add(), "completed")
            assert (await made.job(job)).started_at is None


async def test_work_that_lost_its_claim_ends_without_a_trace(url: str) -> None:
    runs: list[str] = []

    async def work(job: Job, run: Run) -> Any:
        runs.append(f"start {job.attempt}")
        try:
            await asyncio.sleep(0.2 if job.attempt > 1 else 3600)
            return job.attempt
        finally:
            runs.append(f"end {job.attempt}")

    async with lab(url, run_job=work) as made, made.worker():
        job = await made.wait_for(await made.add(), "processing")
        await made.store.expire_claims()
        await made.store.sweep(["sample"])
        job = await made.wait_for(job)
        assert (job.status, job.attempt) == ("completed", 2)
        result = await made.store.get_result(job.id)
        assert result is not None
        assert result.output_data == 2
        await until(lambda: asyncio.sleep(0, "end 1" in runs))
        assert await made.events_of(job) == ["started", "completed"]


async def test_progress_tells_work_that_its_claim_is_lost(url: str) -> None:
    caught: list[str] = []

    async def work(job: Job, run: Run) -> None:
        await made.store.cancel_job(job.id)
        try:
            await run.progress(50)
        except Exception as error:
            caught.append(type(error).__name__)
            raise

    async with lab(url, run_job=work) as made:
        # Behind a pooler there are no messages.
        async with made.worker() as worker:
            if worker.listener is not None:
                await worker.listener.stop()
            await made.wait_for(await made.add(), "cancelled")
            await until(lambda: asyncio.sleep(0, caught))
        assert caught == ["ClaimLostError"]


async def test_keeps_the_claims_of_long_jobs(url: str) -> None:
    async with lab(url) as made, made.worker(lease_seconds=2), made.worker(lease_seconds=2):
        job = await made.wait_for(await made.add(sleep=5))
        assert (job.status, job.attempt) == ("completed", 1)


async def test_work_that_blocks_keeps_its_claim_on_a_thread(url: str) -> None:
    blocks = threading.Event()
    turns = 0

    async def work(_job: Job, _run: Run) -> None:
        blocks.set()
        time.sleep(5)  # noqa: ASYNC251
        blocks.clear()

    async with lab(url, run_job=work) as made, made.worker(lease_seconds=2, threads=WorkerThreads()):
        job = await made.add()
        while (await made.job(job)).status != "completed":
            turns += blocks.is_set()
            await asyncio.sleep(0.01)
        assert (await made.job(job)).attempt == 1
        # The event loop went on.
        assert turns > 2


async def test_a_job_whose_work_blocks_times_out_on_time(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_file, "CANCEL_SECONDS", 0.1)

    release = threading.Event()

    async def work(_job: Job, _run: Run) -> None:
        release.wait()

    async with (
        lab(url, run_job=work, timeout_seconds=0.2, retry_attempts=0) as made,
        made.worker(concurrency=1, threads=WorkerThreads()) as worker,
    ):
        try:
            job = await made.wait_for(await made.add())
            assert (job.status, job.error_code) == ("failed", "timeout")
            # The thread is still taken.
            assert worker.executor.running_jobs == 1
            other = await made.add()
            await asyncio.sleep(0.3)
            assert (await made.job(other)).status == "pending"
        finally:
            release.set()
        await made.wait_for(other)


async def test_opens_a_provider_outside_the_time_limit(url: str) -> None:
    async def prepare() -> None:
        await asyncio.sleep(2.5)

    async with lab(url, prepare=prepare, timeout_seconds=2, retry_attempts=0) as made, made.worker():
        job = await made.wait_for(await made.add())
        assert job.status == "completed"
        assert job.duration_ms is not None
        assert job.duration_ms < 2500
        job = await made.wait_for(await made.add(sleep=3600))
        assert job.error_code == "timeout"


async def quick_work(job: Job, _run: Run) -> Any:
    return {"attempt": job.attempt}


async def test_a_hook_sees_the_job_as_it_will_be(url: str) -> None:
    seen: list[Job] = []

    async def hook(job: Job, _output: Any, _db: AsyncSession) -> None:
        seen.append(job)

    async with lab(url, on_completed=hook) as made, made.worker():
        job = await made.wait_for(await made.add(), "completed")
        assert seen == [job]


@pytest.mark.parametrize("threads", [False, True])
async def test_a_hook_that_hangs_locks_nothing_and_is_cancelled_with_its_job(url: str, threads: bool) -> None:
    hanging: list[str] = []
    ended: list[str] = []

    async def hook(job: Job, _output: Any, _db: AsyncSession) -> None:
        if job.user_id == "user":
            hanging.append(job.id)
            try:
                await asyncio.sleep(30)
            finally:
                ended.append(job.id)

    async with lab(url, run_job=quick_work, on_completed=hook) as made:
        pool = WorkerThreads(lambda: worker.store.database.close()) if threads else None
        async with made.worker(threads=pool, lease_seconds=2) as worker:
            job = await made.add()
            await until(lambda: asyncio.sleep(0, hanging))
            # Neither the counters of the module nor the job are locked, and its lease is renewed.
            await made.wait_for(await made.add(user="other"), "completed")
            await asyncio.sleep(3)
            assert (await made.job(job)).attempt == 1
            assert await made.store.cancel_job(job.id)
            await until(lambda: asyncio.sleep(0, ended))
            assert await made.events_of(job) == ["started", "cancelled"]
        assert await made.store.get_result(job.id) is None


@pytest.mark.parametrize("limit", ["that of the job", "its own"])
async def test_a_hook_has_a_time_limit(url: str, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hook(_job: Job, _output: Any, _db: AsyncSession) -> None:
        await asyncio.sleep(30)

    timeout_seconds = 0.5 if limit == "that of the job" else 30
    if limit == "its own":
        monkeypatch.setattr(hooks_file, "HOOK_SECONDS", 0.1)
    async with lab(url, on_completed=hook, timeout_seconds=timeout_seconds, retry_attempts=0) as made, made.worker():
        job = await made.wait_for(await made.add())
        assert (job.status, job.error_code) == ("failed", "timeout")
        assert await made.store.get_result(job.id) is None


async def test_a_statement_of_a_hook_has_a_time_limit(url: str) -> None:
    attempts: list[int] = []

    async def hook(job: Job, _output: Any, db: AsyncSession) -> None:
        attempts.append(job.attempt)
        connection = await db.connection()
        await connection.execute(text("set local statement_timeout to 100"))
        await connection.execute(text("select pg_sleep(60)"))

    limits: dict[str, Any] = {"retry_attempts": 1, "retry_delay_seconds": 0}
    async with lab(url, run_job=quick_work, on_completed=hook, **limits) as made, made.worker():
        job = await made.wait_for(await made.add())
        assert (job.status, job.attempt, job.error_code) == ("failed", 2, "timeout")
    assert attempts == [1, 2]


async def test_a_hook_that_cancels_its_own_job(url: str) -> None:
    calls: list[int] = []

    async def hook(job: Job, _output: Any, _db: AsyncSession) -> None:
        calls.append(job.attempt)
        assert await made.store.cancel_job(job.id)

    async with lab(url, run_job=quick_work, on_completed=hook) as made, made.worker():
        job = await made.wait_for(await made.add())
        assert (job.status, job.attempt, job.result_id) == ("cancelled", 1, None)
        assert await made.events_of(job) == ["started", "cancelled"]
    assert calls == [1]


async def test_a_hook_is_handed_back_when_the_worker_stops(url: str) -> None:
    hanging: list[str] = []

    async def hook(job: Job, _output: Any, _db: AsyncSession) -> None:
        if job.attempt == 1:
            hanging.append(job.id)
            await asyncio.sleep(30)

    async with lab(url, on_completed=hook) as made:
        job = await made.add()
        async with made.worker():
            await until(lambda: asyncio.sleep(0, hanging))
        assert (await made.job(job)).status == "pending"
        async with made.worker():
            assert (await made.wait_for(job)).status == "completed"


@pytest.mark.parametrize("in_savepoint", [False, True])
async def test_a_hook_that_goes_on_after_an_sql_error(
    url: str, in_savepoint: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def hook(job: Job, _output: Any, db: AsyncSession) -> None:
        await (await db.connection()).execute(text("insert into notes values (:attempt)"), {"attempt": job.attempt})
        if job.attempt == 1:
            with contextlib.suppress(DBAPIError):
                async with db.begin_nested() if in_savepoint else contextlib.nullcontext():
                    await (await db.connection()).execute(text("select * from missing"))

    async with lab(url, run_job=quick_work, on_completed=hook, retry_delay_seconds=0) as made:
        await made.execute("create table {s}.notes (attempt integer)")
        async with made.worker():
            job = await made.wait_for(await made.add(), "completed")
        attempts = 1 if in_savepoint else 2
        assert job.attempt == attempts
        assert await made.sql("select array_agg(attempt) from {s}.notes") == [attempts]
        result = await made.store.get_result(job.id)
        assert result is not None
        assert result.output_data == {"attempt": attempts}
    assert ("on_completed went on after an error of the database" in caplog.text) != in_savepoint


@pytest.mark.parametrize("fails", [False, True])
async def test_what_a_hook_does_through_the_store_is_part_of_its_transaction(url: str, fails: bool) -> None:
    async def hook(job: Job, _output: Any, _db: AsyncSession) -> None:
        await made.store.publish_event(str(uuid4()), "sample.approved", {}, "sample", f"job-{job.id}")
        if fails and job.attempt == 1:
            raise ValueError("planted-secret")

    async with lab(url, run_job=quick_work, on_completed=hook, retry_delay_seconds=0) as made, made.worker():
        job = await made.wait_for(await made.add(), "completed")
        assert job.attempt == (2 if fails else 1)
        assert await made.events_of(job) == ["started", "approved", "completed"]


async def test_limits_hold_over_two_executors(url: str) -> None:
    running: Counter[str] = Counter()
    highest: Counter[str] = Counter()

    async def work(job: Job, _run: Run) -> None:
        running[job.module] += 1
        highest[job.module] = max(highest[job.module], running[job.module])
        await asyncio.sleep(0.05)
        running[job.module] -= 1

    specs = tuple(ModuleSpec(name, work, max_concurrent_jobs=limit) for name, limit in (("a", 3), ("b", 1)))
    async with lab(url, *specs) as made:
        jobs = [await made.add(module, user=f"u{number % 3}") for number in range(15) for module in ("a", "b")]
        async with made.worker(concurrency=8), made.worker(concurrency=8):
            for job in jobs:
                await made.wait_for(job, "completed")
        assert highest == {"a": 3, "b": 1}


async def order_of(made: Lab, order: list[Job], jobs: list[Job]) -> list[str]:
    """Modules and users of the jobs, in the order in which two places run them."""
    async with made.worker(concurrency=2):
        for job in jobs:
            await made.wait_for(job, "completed")
    return [f"{job.module} {job.user_id}" for job in order]


async def test_modules_take_turns(url: str) -> None:
    order: list[Job] = []

    async def work(job: Job, _run: Run) -> None:
        order.append(job)
        await asyncio.sleep(0.02)

    specs = tuple(ModuleSpec(name, work) for name in ("a", "b", "c"))
    async with lab(url, *specs) as made:
        jobs = [await made.add("a", user="u") for _ in range(9)]
        jobs += [await made.add(module, user="u") for _ in range(2) for module in ("b", "c")]
        names = await order_of(made, order, jobs)
        assert Counter(names[:6]) == {"a u": 2, "b u": 2, "c u": 2}


async def test_users_take_turns_below_the_highest_priority(url: str) -> None:
    order: list[Job] = []

    async def work(job: Job, _run: Run) -> None:
        order.append(job)
        await asyncio.sleep(0.02)

    async with lab(url, run_job=work) as made:
        jobs = [await made.add(user="many") for _ in range(12)]
        jobs += [await made.add(user="few") for _ in range(2)]
        jobs += [await made.add(user="late", priority=9)]
        names = await order_of(made, order, jobs)
        assert names[0] == "sample late"
        assert names[1:7].count("sample few") == 2


async def test_hands_jobs_back_when_it_stops(url: str) -> None:
    async def work(job: Job, _run: Run) -> int:
        await asyncio.sleep(3600 if job.attempt == 1 else 0)
        return job.attempt

    async with lab(url, run_job=work) as made:
        job = await made.add()
        async with made.worker():
            await made.wait_for(job, "processing")
        assert (await made.job(job)).status == "pending"
        async with made.worker():
            assert (await made.wait_for(job)).status == "completed"


async def test_a_sole_process_takes_up_what_was_left(url: str) -> None:
    async with lab(url) as made:
        job = await made.add()
        await made.store.claim_jobs(["sample"], 1, 1000)
        async with made.worker(sole=True):
            assert (await made.wait_for(job)).status == "completed"


async def test_runs_each_job_once_over_many_executors(url: str) -> None:
    runs: Counter[str] = Counter()

    async def work(job: Job, _run: Run) -> None:
        runs[job.id] += 1
        await asyncio.sleep(0)

    async with lab(url, run_job=work, max_concurrent_jobs=100) as made:
        jobs = [await made.add(user=f"u{number % 5}") for number in range(60)]
        async with made.worker(), made.worker(), made.worker(threads=WorkerThreads()):
            jobs += [await made.add(user=f"u{number % 5}") for number in range(60)]
            for job in jobs:
                assert await made.events_of(await made.wait_for(job, "completed")) == ["started", "completed"]
        assert runs == {job.id: 1 for job in jobs}
        assert await made.sql("select count(*) from {s}.deliveries") == 0


async def test_delivers_an_event_to_each_module_once(url: str) -> None:
    specs = tuple(ModuleSpec(name, sample_work, subscriptions=["shop.paid"]) for name in ("a", "b"))
    async with lab(url, *specs) as made, made.worker(), made.worker():
        for number in range(20):
            event_id = f"00000000-0000-4000-8000-{number:012}"
            for _ in range(2):
                await made.store.publish_event(event_id, "shop.paid", {"n": number}, "shop", "c")
        await until(lambda: asyncio.sleep(0, len(made.handled) >= 40))
        await asyncio.sleep(0.2)
        assert Counter((module, event.data["n"]) for module, event in made.handled) == {
            (module, number): 1 for module in ("a", "b") for number in range(20)
        }
        assert await made.sql("select count(*) from {s}.deliveries") == 0


async def publish(made: Lab) -> None:
    await made.store.publish_event("00000000-0000-4000-8000-000000000001", "shop.paid", {}, "shop", "c")


async def test_delivers_again_until_the_handler_succeeds(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_file, "FIRST_DELIVERY_DELAY_SECONDS", 0.05)
    calls: list[str] = []

    async def handle(_module: str, event: Event) -> None:
        calls.append(event.event_id)
        if len(calls) < 4:
            raise ValueError("planted-secret")

    async with lab(url, subscriptions=["shop.paid"]) as made, made.worker(handle_event=handle):
        await publish(made)
        await until(lambda: asyncio.sleep(0, len(calls) == 4))
        await asyncio.sleep(0.1)
        assert len(set(calls)) == 1
        assert await made.sql("select count(*) from {s}.deliveries") == 0


@pytest.mark.parametrize("error", [ValueError("planted-secret"), PermanentError("no"), None])
async def test_gives_an_event_up(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception | None
) -> None:
    monkeypatch.setattr(attempt_file, "FIRST_DELIVERY_DELAY_SECONDS", 0.001)
    monkeypatch.setattr(attempt_file.DeliveryAttempt.__init__, "__kwdefaults__", {"handler_seconds": 0.1})
    calls = 0

    async def handle(_module: str, _event: Event) -> None:
        nonlocal calls
        calls += 1
        if error is None:
            await asyncio.sleep(30)
        else:
            raise error

    async with lab(url, subscriptions=["shop.paid"]) as made, made.worker(handle_event=handle):
        await publish(made)
        await until(lambda: made.sql("select count(*) from {s}.deliveries where dead_at is not null"))
        code = await made.sql("select error_code from {s}.deliveries")
        assert code == {ValueError: "internal_error", PermanentError: "no"}.get(type(error), "timeout")
        assert calls == (1 if isinstance(error, PermanentError) else 8)
        assert [record.levelname for record in caplog.records].count("ERROR") == 1
        assert await made.sql("select attempt from {s}.deliveries") == calls


async def test_hands_deliveries_back_when_it_stops_without_counting_the_attempt(url: str) -> None:
    handling = asyncio.Event()

    async def handle(_module: str, _event: Event) -> None:
        handling.set()
        await asyncio.sleep(30)

    async with lab(url, subscriptions=["shop.paid"]) as made:
        async with made.worker(handle_event=handle):
            await publish(made)
            await handling.wait()
        assert await made.sql("select attempt = 0 and claim_token is null and due_at <= now() from {s}.deliveries")
        async with made.worker():
            await until(lambda: asyncio.sleep(0, made.handled))


async def test_lets_a_handler_that_is_nearly_done_finish_when_it_stops(url: str) -> None:
    handling = asyncio.Event()

    async def handle(_module: str, _event: Event) -> None:
        handling.set()
        await asyncio.sleep(0.3)

    async with lab(url, subscriptions=["shop.paid"]) as made:
        worker = Worker(made.database, made.specs, handle)
        async with worker.running():
            await publish(made)
            await handling.wait()
        assert await made.sql("select count(*) from {s}.deliveries") == 0


async def test_leaves_nothing_running_if_it_can_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage_file, "START_SECONDS", 0.5)
    made = Lab("postgresql://u@127.0.0.1:1/x", (ModuleSpec("sample", sample_work),))
    before = asyncio.all_tasks()
    with pytest.raises(DatabaseUnavailableError):
        async with Worker(made.database, made.specs, made.handle, sole=True).running():
            pytest.fail("it started")
    assert asyncio.all_tasks() == before
    await made.database.close()


async def test_deliveries_do_not_wait_for_jobs(url: str) -> None:
    async with lab(url, subscriptions=["shop.paid"]) as made, made.worker(concurrency=1):
        job = await made.wait_for(await made.add(sleep=3600), "processing")
        await publish(made)
        await until(lambda: asyncio.sleep(0, made.handled))
        assert (await made.job(job)).status == "processing"


async def test_at_most_so_many_handlers_run(url: str) -> None:
    running = highest = 0

    async def handle(_module: str, _event: Event) -> None:
        nonlocal running, highest
        running += 1
        highest = max(highest, running)
        await asyncio.sleep(0.05)
        running -= 1
        made.handled.append((_module, _event))

    async with (
        lab(url, subscriptions=["sample.started"]) as made,
        made.worker(handle_event=handle, delivery_slots=3, concurrency=0),
    ):
        for _ in range(12):
            await made.add()
        await until(lambda: asyncio.sleep(0, len(made.handled) == 12))
        assert highest == 3


async def test_hears_of_jobs_again_after_its_connection_was_ended(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_file, "LISTENING_POLL_SECONDS", 3600.0)
    async with lab(url) as made, made.worker() as worker:
        await made.wait_for(await made.add(), "completed")
        assert worker.degraded is None
        missed = await made.sql(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where query = $1",
            f'LISTEN "{made.schema}_wake"',
        )
        assert missed == 1
        job = await made.add()
        # It does not poll in this test.
        await made.wait_for(job, "completed")
        await until(lambda: asyncio.sleep(0, worker.degraded is None))
        await made.wait_for(await made.add(), "completed")


async def test_polls_behind_a_pooler_without_a_direct_connection(url: str) -> None:
    async with lab(url) as made:
        made.connect = lambda **options: Lab.connect(made, pooler=True, **options)  # type: ignore[method-assign]
        async with made.worker() as worker:
            assert worker.degraded == "no notifications: polling"
            await made.wait_for(await made.add(), "completed")


async def test_stores_its_result_after_all_connections_were_ended(url: str) -> None:
    async def work(job: Job, _run: Run) -> int:
        await made.sql(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid()"
            " and application_name = 'ai-module-runtime'"
        )
        return job.attempt

    async with lab(url, run_job=work) as made, made.worker():
        job = await made.wait_for(await made.add())
        assert (job.status, job.attempt) == ("completed", 1)
        assert await made.events_of(job) == ["started", "completed"]


async def test_an_idle_worker_asks_the_database_seldom(url: str) -> None:
    async with lab(url) as made, made.worker() as worker:
        await made.wait_for(await made.add(), "completed")
        await asyncio.sleep(2)
        statements: list[str] = []
        database = worker.store.database
        query = database.query

        async def count(sql: str, *parameters: Any) -> Any:
            statements.append(sql)
            return await query(sql, *parameters)

        database.query = count  # type: ignore[method-assign]
        await asyncio.sleep(2)
        assert len(statements) <= 4, statements
        assert most_common(statements) <= 2


def test_writes_when_an_outage_begins_and_ends(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    now = [100.0]
    monkeypatch.setattr(outage_file, "monotonic", lambda: now[0])
    outage = outage_file.Outage(logging.getLogger("test"))
    error = DatabaseUnavailableError("no answer in time", 99.0)
    outage.answered()
    # It began before the answer.
    outage.failed(error)
    assert caplog.messages == []
    error.since = 100.5
    for now[0] in (100.5, 130.0, 159.0, 161.0, 162.0):
        outage.failed(error)
    now[0] = 163.0
    outage.answered()
    outage.answered()
    began = "database: no answer in time"
    assert caplog.messages == [began, began, "database: it is available again after 62.5 s"]
    # It has just been reported.
    error.since = now[0] = 164.0
    outage.failed(error)
    outage.answered()
    assert len(caplog.messages) == 3
    error.since = now[0] = 222.0
    outage.failed(error)
    now[0] = 223.0
    outage.answered()
    assert caplog.messages[3:] == [began, "database: it is available again after 1.0 s"]


def test_an_outage_of_some_statements_ends_when_they_work_or_one_of_them_a_minute_later(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    now = [100.0]
    monkeypatch.setattr(outage_file, "monotonic", lambda: now[0])
    outage = outage_file.Outage(logging.getLogger("test"))

    def fail(call: str) -> None:
        error = DatabaseUnavailableError("the disk is full", call=call)
        error.trouble = "statement"
        outage.failed(error)

    fail("insert")
    fail("update")
    for call in ("select", "update"):
        outage.answered(call)
    assert caplog.messages == ["database: the disk is full"]
    now[0] = 101.0
    outage.answered("insert")
    assert caplog.messages[1:] == ["database: statements that failed work again after 1.0 s"]
    now[0] = 200.0
    fail("insert")
    fail("update")
    now[0] = 260.0
    outage.answered("select")
    assert caplog.messages[2:] == ["database: the disk is full"]
    outage.answered("update")
    assert caplog.messages[3:] == ["database: statements that failed work again after 60.0 s"]


async def test_writes_one_line_for_an_outage(caplog: pytest.LogCaptureFixture) -> None:
    made = Lab("postgresql://u@127.0.0.1:1/x", (ModuleSpec("sample", sample_work),))
    async with made.worker() as worker:
        await until(lambda: asyncio.sleep(0, "is unavailable" in caplog.text))
        await asyncio.sleep(1)
        assert worker.degraded is not None
    assert caplog.text.count("is unavailable") == 1


async def test_never_logs_the_text_of_an_error_with_a_code(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with lab(url) as made, made.worker():
        await made.wait_for(await made.add(fail="transient"))
        assert "attempt 1 at job" in caplog.text
        assert "sample_busy" in caplog.text
