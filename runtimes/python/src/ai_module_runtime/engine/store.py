"""The functions of the state machine, typed. Each call is one transaction.

JSON is sent and read as text, so that numbers of any size and characters that `jsonb` refuses survive.
"""

import json
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, Self
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import TypeVar

from ai_module_runtime.clock import format_utc
from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.errors import message_for
from ai_module_runtime.traces import active_trace, are_traces_on, headers_of

DataT = TypeVar("DataT", default=dict[str, Any])

JOB_FIELDS = (
    *("id", "module", "user_id", "status", "input_data", "options", "priority", "progress_percent", "attempt"),
    *("error_code", "result_id", "duration_ms", "claim_token", "due_at", "created_at", "started_at", "completed_at"),
    *("failed_at", "cancelled_at"),
)
JSON_FIELDS = ("input_data", "options")
# The largest integer of PostgreSQL: nobody has more jobs.
MAX_INTEGER = 2**31 - 1


def _job_columns(row: str = "") -> str:
    return ", ".join(f"{row}{name}" + (f"::text as {name}" if name in JSON_FIELDS else "") for name in JOB_FIELDS)


EVENT_COLUMNS = "name, data::text as data, source_module, correlation_id, occurred_at"


@dataclass(frozen=True, slots=True)
class Job:
    """A row of `jobs`. `input_data` and `options` are JSON values.

    `error_code` is why the job failed. `last_error_code` is also why the last attempt at an active job failed.
    """

    id: str
    module: str
    user_id: str
    status: str
    input_data: Any
    options: Any
    priority: int
    progress_percent: int
    attempt: int
    error_code: str | None
    result_id: str | None
    duration_ms: int | None
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    cancelled_at: datetime | None
    last_error_code: str | None = None

    @property
    def next_attempt_at(self) -> datetime | None:
        """When a pending job whose last attempt failed is due again."""
        return self.due_at if self.status == "pending" and self.last_error_code is not None else None

    @property
    def error_message(self) -> str | None:
        """The sentence that belongs to `error_code`."""
        return None if self.error_code is None else message_for(self.error_code)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this process runs. `token` proves it to the database."""

    job: Job
    token: str


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a completed job."""

    id: str
    job_id: str
    output_data: Any
    metadata: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Event(Generic[DataT]):
    """Something that happened. `data` is a JSON object, `occurred_at` is ISO 8601 in UTC."""

    event_id: str
    name: str
    data: DataT
    source_module: str
    correlation_id: str
    occurred_at: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that this process hands to a module."""

    module: str
    event: Event
    attempt: int
    token: str


class Sample(NamedTuple):
    """A series of a metric.

    `labels` are in the text format. `bucket` is the index in the buckets of a histogram; -1 for its sum and for other
    metrics.
    """

    name: str
    labels: str
    bucket: int
    value: float


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that was given up for a module."""

    event: Event
    module: str
    attempt: int
    dead_at: datetime
    error_code: str

    @property
    def id(self) -> str:
        """`<event_id>.<module>`."""
        return f"{self.event.event_id}.{self.module}"


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs of all modules are wanted. None matches everything; `is_open`: only jobs that were not started again."""

    module: str | None = None
    status: str | None = None
    user_id: str | None = None
    error_code: str | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which dead letters are wanted. None matches everything."""

    module: str | None = None
    event: str | None = None
    error_code: str | None = None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs of a user, and the number of all that match."""

    jobs: list[Job]
    total: int
    skip: int
    limit: int

    @property
    def has_more(self) -> bool:
        """Whether there are jobs after this page."""
        return self.skip + len(self.jobs) < self.total


@dataclass(frozen=True, slots=True)
class JobStats:
    """Counts of a module's jobs, over all users."""

    total_jobs: int
    pending_jobs: int
    processing_jobs: int
    completed_jobs: int
    failed_jobs: int
    cancelled_jobs: int
    avg_duration_ms: float


joined_connection: ContextVar[AsyncConnection | None] = ContextVar("joined_connection", default=None)
"""The connection whose transaction all calls of a hook are part of."""


class Store:
    """Calls the functions of one schema."""

    def __init__(self, database: Database, connection: AsyncConnection | None = None) -> None:
        self.database = database
        self._connection = connection
        # Qualified names work without a search path, which a transaction pooler does not keep.
        self._names = {
            "schema": f'"{database.schema}"',
            "job": _job_columns(),
            "listed_job": _job_columns("(l.job)."),
            "event": EVENT_COLUMNS,
        }

    def within(self, connection: AsyncConnection) -> Self:
        """The same store, whose calls are part of the transaction of `connection`."""
        return type(self)(self.database, connection)

    async def _rows(self, statement: str, *parameters: Any) -> Sequence[Row[Any]]:
        text = statement.format_map(self._names)
        connection = self._connection or joined_connection.get()
        # A task that a hook has started may outlive its transaction.
        if connection is None or connection.closed:
            return await self.database.query(text, *parameters)
        return (await connection.exec_driver_sql(text, parameters)).all()

    async def _value(self, call: str, *parameters: Any) -> Any:
        rows = await self._rows("select {schema}." + call, *parameters)
        return rows[0][0]

    async def _job_rows(self, call: str, *parameters: Any) -> Sequence[Row[Any]]:
        statement = "select {job} from {schema}.{call}".replace("{call}", call)
        return await self._rows(statement, *parameters)

    async def _first_job(self, call: str, *parameters: Any) -> Job | None:
        rows = await self._job_rows(call, *parameters)
        return _job(rows[0]) if rows else None

    async def register_modules(self, registration: str, present: Iterable[str]) -> None:
        """Register modules (`registration_of`); `present` are all modules of the host, also those that are disabled."""
        await self._value("register_modules($1::text::json, $2)", registration, list(present))

    async def add_trace(self, of_id: str) -> None:
        """Record the active span as the origin of a job or an event that is about to be stored."""
        headers = active_trace()
        if headers is not None:
            await self._value("add_trace($1, $2::text::json)", of_id, to_json(headers))

    async def find_trace(self, of_id: str, correlation_id: str | None = None) -> dict[str, str] | None:
        """Where a job or an event comes from, as headers; None if that was not traced."""
        if not are_traces_on():
            return None
        try:
            return headers_of(await self._value("find_trace($1, $2)", of_id, correlation_id))
        except Exception:
            # A trace is not worth the work.
            return None

    async def add_job(
        self,
        job_id: str,
        module: str,
        user_id: str,
        input_data: Any,
        options: Any = None,
        *,
        priority: int = 5,
        max_active: int,
    ) -> Job | None:
        """Add a pending job. None if the user has `max_active` active jobs. The same id again gives the same job."""
        return await self._first_job(
            "add_job($1, $2, $3, $4::text::json, $5::text::json, $6, $7)",
            job_id,
            module,
            user_id,
            to_json(input_data),
            to_json({} if options is None else options),
            priority,
            max_active,
        )

    async def get_job(self, job_id: str) -> Job | None:
        """The job with this id; None if it is no UUID."""
        try:
            job_id = str(UUID(job_id))
        except ValueError:
            return None
        return await self._first_job("jobs where id = $1", job_id)

    async def get_result(self, job_id: str) -> Result | None:
        """The result of the job with this id."""
        rows = await self._rows(
            "select id, job_id, output_data::text as output_data, metadata::text as metadata, created_at"
            " from {schema}.results where job_id = $1",
            job_id,
        )
        if not rows:
            return None
        row = rows[0]
        return Result(
            str(row.id), str(row.job_id), json.loads(row.output_data), json.loads(row.metadata), row.created_at
        )

    async def list_jobs(self, module: str, user_id: str, status: str | None, skip: int, limit: int) -> JobPage:
        """A page of a user's jobs, newest first."""
        rows = await self._rows(
            "select {listed_job}, l.total from {schema}.list_jobs($1, $2, $3, $4, $5) as l",
            module,
            user_id,
            status,
            min(skip, MAX_INTEGER),
            limit,
        )
        jobs = [_job(row) for row in rows if row.id is not None]
        return JobPage(jobs, rows[0].total if rows else 0, skip, limit)

    async def repeat_job(self, old_id: str, job_id: str, input_data: Any, options: Any, max_active: int) -> Job | None:
        """Add a job like an ended one. None if the user has `max_active` active jobs, or the old job has not ended so."""
        return await self._first_job(
            "repeat_job($1, $2, $3::text::json, $4::text::json, $5)",
            old_id,
            job_id,
            to_json(input_data),
            to_json(options),
            max_active,
        )

    async def find_jobs(self, wanted: JobFilter, limit: int, before: str | None = None) -> list[Job]:
        """Jobs of all modules, newest first, at most `limit` after the job `before`."""
        rows = await self._job_rows(
            "find_jobs($1, $2, $3, $4, $5, $6, $7)",
            wanted.module,
            wanted.status,
            wanted.user_id,
            wanted.error_code,
            wanted.is_open,
            before,
            limit,
        )
        return [_job(row) for row in rows]

    async def find_dead_letters(
        self, wanted: LetterFilter, limit: int, before: tuple[str, str] | None = None
    ) -> list[DeadLetter]:
        """Dead letters, those that were given up last first, at most `limit` after one of them: its event and module."""
        rows = await self._rows(
            "select event_id as id, module, attempt, dead_at, error_code, {event}"
            " from {schema}.find_dead_letters($1, $2, $3, $4, $5, $6, $7)",
            wanted.module,
            wanted.event,
            wanted.error_code,
            wanted.event_id,
            *(before or (None, None)),
            limit,
        )
        return [DeadLetter(_event(row), row.module, row.attempt, row.dead_at, row.error_code) for row in rows]

    async def replay_dead_letters(self, wanted: LetterFilter, limit: int) -> int:
        """Deliver the latest `limit` dead letters that match again. Returns how many."""
        return int(
            await self._value(
                "replay_dead_letters($1, $2, $3, $4, $5)",
                wanted.module,
                wanted.event,
                wanted.error_code,
                wanted.event_id,
                limit,
            )
        )

    async def add_metrics(self, added: Iterable[tuple[str, str, str, int, float]]) -> None:
        """Add to the counters of `/metrics`: instance, name, labels, bucket, value."""
        names = ("instance", "name", "labels", "bucket", "value")
        rows = [dict(zip(names, each, strict=True)) for each in added]
        await self._value("add_metrics($1::text::json)", to_json(rows))

    async def read_counters(self, instance: str) -> list[Sample]:
        """Counters of an instance and of the whole host, jobs by status, and workers."""
        rows = await self._rows("select * from {schema}.read_counters($1)", instance)
        return [Sample(row.name, row.labels, row.bucket, row.value) for row in rows]

    async def read_waiting(self) -> list[Sample]:
        """What jobs and events wait for."""
        rows = await self._rows("select * from {schema}.read_waiting()")
        return [Sample(row.name, row.labels, row.bucket, row.value) for row in rows]

    async def job_stats(self, module: str) -> JobStats:
        """Counts of a module's jobs."""
        rows = await self._rows("select * from {schema}.job_stats($1)", module)
        return JobStats(**rows[0]._mapping)

    async def cancel_job(self, job_id: str) -> Job | None:
        """Cancel a job. None if it has ended, or there is none."""
        return await self._first_job("cancel_job($1)", job_id)

    async def claim_jobs(self, modules: Sequence[str], free: int, lease_seconds: float) -> list[Claim]:
        """Claim at most `free` jobs."""
        rows = await self._job_rows("claim_jobs($1, $2, $3)", list(modules), free, lease_seconds)
        return [Claim(_job(row), str(row.claim_token)) for row in rows]

    async def has_claim(self, claim: Claim) -> bool:
        """Whether a claim is still held."""
        return bool(
            await self._rows(
                "select 1 from {schema}.jobs where id = $1 and claim_token = $2", claim.job.id, claim.token
            )
        )

    async def report_progress(self, claim: Claim, percent: int) -> bool:
        """Raise the progress of a job. False: the claim is lost."""
        return bool(await self._value("report_progress($1, $2, $3)", claim.job.id, claim.token, percent))

    async def complete_job(
        self, claim: Claim, result_id: str, output_json: str, metadata_json: str, duration_ms: int
    ) -> Job | None:
        """processing → completed. None: the claim is lost. May be repeated with the same `result_id`."""
        return await self._first_job(
            "complete_job($1, $2, $3, $4::text::json, $5::text::json, $6)",
            claim.job.id,
            claim.token,
            result_id,
            output_json,
            metadata_json,
            duration_ms,
        )

    async def fail_job(self, claim: Claim, code: str) -> Job | None:
        """processing → failed. None: the claim is lost."""
        return await self._first_job("fail_job($1, $2, $3)", claim.job.id, claim.token, code)

    async def retry_job(self, claim: Claim, delay_seconds: float, code: str | None = None) -> Job | None:
        """processing → pending, due after the delay. None: the claim is lost.

        `code` says why the attempt failed; without it the job is handed back.
        """
        return await self._first_job("retry_job($1, $2, $3, $4)", claim.job.id, claim.token, delay_seconds, code)

    async def publish_event(
        self, event_id: str, name: str, data: dict[str, Any], source_module: str, correlation_id: str
    ) -> Event:
        """Publish an event. The same id again is the same event."""
        rows = await self._rows(
            "select id, {event} from {schema}.publish_event($1, $2, $3::text::json, $4, $5)",
            event_id,
            name,
            to_json(data),
            source_module,
            correlation_id,
        )
        return _event(rows[0])

    async def list_events(self, correlation_id: str | None = None, name: str | None = None) -> list[Event]:
        """Events in the order in which they were published."""
        rows = await self._rows(
            "select id, {event} from {schema}.events"
            " where ($1::text is null or correlation_id = $1) and ($2::text is null or name = $2) order by position",
            correlation_id,
            name,
        )
        return [_event(row) for row in rows]

    async def uptime_seconds(self, module: str) -> float:
        """Seconds since the module was last registered; 0 if it never was."""
        rows = await self._rows(
            "select extract(epoch from now() - registered_at)::double precision from {schema}.modules where name = $1",
            module,
        )
        return float(rows[0][0]) if rows else 0.0

    async def claim_deliveries(self, modules: Sequence[str], free: int, lease_seconds: float) -> list[Delivery]:
        """Claim at most `free` deliveries, with their events."""
        rows = await self._rows(
            "select module, attempt, claim_token, event_id as id, {event} from {schema}.claim_deliveries($1, $2, $3)",
            list(modules),
            free,
            lease_seconds,
        )
        return [Delivery(row.module, _event(row), row.attempt, str(row.claim_token)) for row in rows]

    async def finish_delivery(self, token: str) -> bool:
        """The handler has succeeded. False: the claim is lost."""
        return bool(await self._value("finish_delivery($1)", token))

    async def fail_delivery(self, token: str, code: str, delay_seconds: float | None) -> bool:
        """The handler has failed; without a delay the delivery is a dead letter. False: the claim is lost."""
        return bool(await self._value("fail_delivery($1, $2, $3)", token, code, delay_seconds))

    async def return_delivery(self, token: str) -> bool:
        """The process stops before the handler has ended: due again, without counting the attempt. False: claim lost."""
        return bool(await self._value("return_delivery($1)", token))

    async def renew_leases(self, tokens: Sequence[str], lease_seconds: float) -> set[str]:
        """Extend leases. Returns the tokens of the claims that are still held."""
        rows = await self._rows("select token from {schema}.renew_leases($1, $2) as token", list(tokens), lease_seconds)
        return {str(row.token) for row in rows}

    async def seconds_until_due(self, modules: Sequence[str]) -> float | None:
        """Seconds until a job or a delivery becomes due. None if there is none."""
        seconds: float | None = await self._value("seconds_until_due($1)", list(modules))
        return seconds

    async def waiting_jobs(self, modules: Sequence[str], limit: int) -> int:
        """The number of jobs of the modules that are due and wait, counted up to `limit`."""
        rows = await self._rows(
            "select count(*) from (select from unnest($1::text[]) as m (name) cross join lateral (select from {schema}.jobs"
            " where module = m.name and status = 'pending' and due_at <= now() limit $2) as j limit $2) as waiting",
            list(modules),
            limit,
        )
        return int(rows[0][0])

    async def sweep(self, modules: Sequence[str]) -> int:
        """Take jobs back from workers that have disappeared, and wake workers if work of `modules` waits.

        Returns the number of jobs.
        """
        return int(await self._value("sweep($1)", list(modules)))

    async def expire_claims(self) -> None:
        """End every claim. Only for a process that knows that no other process runs jobs."""
        await self._value("expire_claims()")

    async def beat(self, worker_id: str, present: Iterable[str]) -> None:
        """Say that a worker is alive; `present` are all modules of the host."""
        await self._value("beat($1, $2)", worker_id, list(present))

    async def has_workers(self) -> bool:
        """Whether a worker is alive."""
        return bool(await self._value("has_workers()"))

    async def lacks_workers(self, modules: Sequence[str]) -> bool:
        """Whether a job of the modules is due and no process that runs jobs is alive."""
        rows = await self._rows("select not {schema}.has_workers() and {schema}.has_due_jobs($1)", list(modules))
        return bool(rows[0][0])

    async def remove_worker(self, worker_id: str) -> None:
        """Say that a worker has ended."""
        await self._rows("delete from {schema}.workers where id = $1 returning id", worker_id)

    async def enter_schedules(self, tasks: Iterable[tuple[str, str, datetime]]) -> None:
        """Enter scheduled tasks: name, cron expression, next time. A task keeps its time unless the expression changed."""
        entries = [{"name": name, "cron": cron, "next_at": next_at.isoformat()} for name, cron, next_at in tasks]
        await self._value("enter_schedules($1::text::json)", to_json(entries))

    async def due_schedules(self, names: Sequence[str]) -> list[tuple[str, datetime]]:
        """The names of the scheduled tasks that are due, with the time of the database."""
        return [
            (row.name, row.checked_at)
            for row in await self._rows("select * from {schema}.due_schedules($1)", list(names))
        ]

    async def take_schedule(self, name: str, next_at: datetime) -> bool:
        """Whether this process is the one that runs the task now. It is due again at `next_at`."""
        return bool(await self._value("take_schedule($1, $2)", name, next_at))

    async def now(self) -> datetime:
        """The time of the database."""
        moment: datetime = (await self._rows("select now()"))[0][0]
        return moment

    async def erase_user_jobs(self, module: str, user_id: str) -> int:
        """Cancel a user's active jobs in a module, and delete all of them. Returns their number."""
        return int(await self._value("erase_user_jobs($1, $2)", module, user_id))

    async def delete_old_jobs(self, module: str, days: float) -> int:
        """Delete at most 500 jobs that ended more than `days` ago. Returns their number."""
        return int(await self._value("delete_old_jobs($1, $2)", module, days))

    async def delete_old_events(self, days: float) -> int:
        """Delete at most 500 events and 500 dead letters that are older than `days`. Returns their number."""
        return int(await self._value("delete_old_events($1)", days))

    async def remove_modules(self, days: float) -> int:
        """End at most 500 jobs and 500 deliveries of modules that no process had for `days`. Returns their number."""
        return int(await self._value("remove_modules($1)", days))


def to_json(value: Any) -> str:
    """The value as JSON text, in ASCII: a lone surrogate is written as an escape.

    Raises:
        TypeError, ValueError: it is not a JSON value.
    """
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _job(row: Row[Any]) -> Job:
    return Job(
        id=str(row.id),
        module=row.module,
        user_id=row.user_id,
        status=row.status,
        input_data=json.loads(row.input_data),
        options=json.loads(row.options),
        priority=row.priority,
        progress_percent=row.progress_percent,
        attempt=row.attempt,
        error_code=row.error_code if row.status == "failed" else None,
        last_error_code=row.error_code,
        result_id=_text(row.result_id),
        duration_ms=row.duration_ms,
        due_at=row.due_at,
        created_at=row.created_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
        failed_at=row.failed_at,
        cancelled_at=row.cancelled_at,
    )


def _event(row: Row[Any]) -> Event:
    return Event(
        event_id=str(row.id),
        name=row.name,
        data=json.loads(row.data),
        source_module=row.source_module,
        correlation_id=row.correlation_id,
        occurred_at=format_utc(row.occurred_at),
    )
