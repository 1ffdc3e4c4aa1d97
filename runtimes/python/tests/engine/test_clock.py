"""Scheduled tasks and sweeps."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from ai_module_runtime.engine import clock as clock_file
from ai_module_runtime.engine.clock import NO_WORKERS, Clock, ScheduledTask, sweep_interval
from ai_module_runtime.engine.store import Store

from .support import Lab, lab, until


async def nothing() -> None:
    pass


# The tests of the Node runtime use the same table.
TIMES = json.loads((Path(__file__).parents[4] / "test/fixtures/cron-times.json").read_text())


@pytest.mark.parametrize(("cron", "after", "expected"), TIMES)
def test_knows_the_next_time(cron: str, after: str, expected: str) -> None:
    task = ScheduledTask("t", cron, nothing)
    assert task.next_after(datetime.fromisoformat(after)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("cron", ["", "* * * *", "* * * * * *", "60 * * * *", "@daily", "a b c d e", "0 0 30 2 *"])
def test_refuses_invalid_expressions(cron: str) -> None:
    with pytest.raises(ValueError, match="is not valid"):
        ScheduledTask("t", cron, nothing)


def test_sweeps_often_enough_for_the_lease() -> None:
    assert [sweep_interval(lease) for lease in (1, 10, 100)] == [0.25, 2.5, 5]


async def run_due(made: Lab, count: int) -> list[int]:
    """The number of runs in each of `count` processes, after the task was due once."""
    runs = [0] * count

    def task(number: int) -> ScheduledTask:
        async def run() -> None:
            runs[number] += 1

        return ScheduledTask("sample.clean", "0 3 1 1 *", run)

    clocks = [Clock(made.store, ["sample"], lease_seconds=0.4, tasks=[task(number)]) for number in range(count)]
    for clock in clocks:
        await clock.start()
    await until(lambda: made.sql("select count(*) from {s}.schedules"))
    assert sum(runs) == 0
    await made.execute("update {s}.schedules set due_at = now()")

    async def has_run() -> bool:
        return sum(runs) > 0

    await until(has_run)
    await asyncio.sleep(0.3)
    for clock in clocks:
        await clock.stop()
    return runs


async def test_runs_a_task_once_over_all_processes(url: str) -> None:
    async with lab(url) as made:
        assert sum(await run_due(made, 3)) == 1
        assert await made.sql("select due_at > now() from {s}.schedules")


@pytest.mark.parametrize("year", [2001, 2090])
async def test_the_clock_of_the_process_does_not_matter(url: str, monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    class Skewed(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Skewed":
            return cls(year, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(clock_file, "datetime", Skewed)
    async with lab(url) as made:
        assert sum(await run_due(made, 2)) == 1
        assert await made.sql("select due_at between now() and now() + interval '367 days' from {s}.schedules")


async def test_goes_on_after_a_task_that_fails(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("no")

    async with lab(url) as made:
        clock = Clock(
            made.store,
            ["sample"],
            lease_seconds=0.4,
            worker=True,
            tasks=[ScheduledTask("sample.bad", "0 3 1 1 *", fail)],
        )
        await clock.start()
        await until(lambda: made.sql("select count(*) from {s}.schedules"))
        for times in (1, 2):
            await made.execute("update {s}.schedules set due_at = now()")

            async def has_run(times: int = times) -> bool:
                return caplog.text.count("the scheduled task sample.bad failed") == times

            await until(has_run)
        assert await made.store.has_workers()
        await clock.stop()
        assert not await made.store.has_workers()


async def test_reports_jobs_that_wait_without_a_worker_once_a_minute(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock_file, "WATCH_SECONDS", 0.05)
    checks = 0

    class Counting(Store):
        async def lacks_workers(self, modules: Sequence[str]) -> bool:
            nonlocal checks
            lacking = await super().lacks_workers(modules)
            checks += 1
            return lacking

    async with lab(url) as made:
        clock = Clock(Counting(made.database), ["sample"])

        async def check_more() -> None:
            wanted = checks + 4

            async def has_checked() -> bool:
                return checks >= wanted

            await until(has_checked)

        await clock.start()
        await check_more()
        assert NO_WORKERS not in caplog.text
        await made.add()
        await check_more()
        await check_more()
        assert caplog.text.count(NO_WORKERS) == 1
        monkeypatch.setattr(clock_file, "LOG_SECONDS", 0)
        await made.store.beat(str(uuid4()), ["sample"])
        await check_more()
        lines = caplog.text.count(NO_WORKERS)
        await check_more()
        assert caplog.text.count(NO_WORKERS) == lines
        await clock.stop()


async def test_a_worker_that_has_started_is_known(url: str) -> None:
    async with lab(url) as made, made.worker():
        assert await made.store.has_workers()
