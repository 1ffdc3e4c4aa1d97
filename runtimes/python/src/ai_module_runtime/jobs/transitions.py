"""Every change of a job's state: one UPDATE that says what it expects to find and must touch one row."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import col, update

from ai_module_runtime.clock import utcnow
from ai_module_runtime.jobs.errors import message_for
from ai_module_runtime.jobs.models import JobRow, ResultRow, new_id
from ai_module_runtime.jobs.states import ACTIVE, JobStatus
from ai_module_runtime.jobs.store import JobStore

MAX_PROGRESS_BEFORE_END = 99


class Transitions:
    """Compare-and-set moves. Each returns whether it happened."""

    def __init__(self, store: JobStore, lease_seconds: float) -> None:
        self.store = store
        self.model = store.job_model
        self.lease_seconds = lease_seconds

    def requeue_at(self, due_at: datetime) -> datetime:
        """When the message of a job that is due at `due_at` should long have been picked up.

        One lease later, so that a message lost with a killed worker costs no more than a lost lease. A job that merely
        waits in a long queue gets a second message, which does no harm.
        """
        return due_at + timedelta(seconds=self.lease_seconds)

    def _lease_end(self) -> datetime:
        return utcnow() + timedelta(seconds=self.lease_seconds)

    def _pending(self, due_at: datetime) -> dict[str, Any]:
        return {
            "status": JobStatus.PENDING,
            "due_at": due_at,
            "requeue_at": self.requeue_at(due_at),
            "claim_token": None,
            "lease_expires_at": None,
        }

    def expired(self) -> ColumnElement[bool]:
        """The condition of jobs whose worker has gone."""
        processing = col(self.model.status) == JobStatus.PROCESSING
        return and_(processing, col(self.model.lease_expires_at) < utcnow())

    def _claimed(self, job_id: str, token: str) -> ColumnElement[bool]:
        processing = col(self.model.status) == JobStatus.PROCESSING
        return and_(col(self.model.id) == job_id, processing, col(self.model.claim_token) == token)

    async def _move(self, where: ColumnElement[bool], values: dict[str, Any]) -> bool:
        async with self.store.database.session() as session:
            moved = await session.exec(update(self.model).where(where).values(**values))
            return bool(moved.rowcount == 1)

    async def claim(self, job_id: str) -> JobRow | None:
        """pending and due, or processing with an expired lease → processing, under a fresh claim token."""
        model, now = self.model, utcnow()
        due = and_(col(model.status) == JobStatus.PENDING, col(model.due_at) <= now)
        free = or_(due, self.expired())
        values = {
            "status": JobStatus.PROCESSING,
            "claim_token": new_id(),
            "lease_expires_at": self._lease_end(),
            "requeue_at": now,
            "attempt": col(model.attempt) + 1,
            "started_at": func.coalesce(col(model.started_at), now),
        }
        async with self.store.database.session() as session:
            moved = await session.exec(update(model).where(col(model.id) == job_id, free).values(**values))
            return await session.get(model, job_id) if moved.rowcount == 1 else None

    async def renew(self, job_id: str, token: str) -> bool:
        """Prolong the lease."""
        return await self._move(self._claimed(job_id, token), {"lease_expires_at": self._lease_end()})

    async def report(self, job_id: str, token: str, percent: int) -> bool:
        """Store progress (it never falls, and reaches 100 only with the result) and prolong the lease."""
        percent = min(percent, MAX_PROGRESS_BEFORE_END)
        progress = col(self.model.progress_percent)
        values = {
            "progress_percent": case((progress < percent, percent), else_=progress),
            "lease_expires_at": self._lease_end(),
        }
        return await self._move(self._claimed(job_id, token), values)

    async def complete(self, job_id: str, token: str, result: ResultRow, duration_ms: int) -> bool:
        """processing → completed, in one transaction with the result."""
        values = {
            "status": JobStatus.COMPLETED,
            "completed_at": utcnow(),
            "progress_percent": 100,
            "result_id": result.id,
            "duration_ms": duration_ms,
            "error_code": None,
            "error_message": None,
            "claim_token": None,
            "lease_expires_at": None,
        }
        async with self.store.database.session() as session:
            moved = await session.exec(update(self.model).where(self._claimed(job_id, token)).values(**values))
            if moved.rowcount == 1:
                session.add(result)
            return bool(moved.rowcount == 1)

    async def retry(self, job_id: str, token: str, code: str, due_at: datetime) -> bool:
        """processing → pending, for another attempt at `due_at`."""
        values = {"error_code": code, "error_message": message_for(code), **self._pending(due_at)}
        return await self._move(self._claimed(job_id, token), values)

    async def release(self, job_id: str, token: str) -> bool:
        """processing → pending, for another worker, at once."""
        return await self._move(self._claimed(job_id, token), self._pending(utcnow()))

    async def postpone(self, job_id: str, planned: datetime, until: datetime) -> bool:
        """Move the time at which the job counts as forgotten, unless another process has moved it."""
        where = and_(col(self.model.id) == job_id, col(self.model.requeue_at) == planned)
        return await self._move(where, {"requeue_at": until})

    async def fail(self, job_id: str, token: str, code: str) -> bool:
        """processing → failed, by the worker that holds the claim."""
        return await self._fail(self._claimed(job_id, token), code)

    async def fail_unqueued(self, job_id: str) -> bool:
        """pending → failed, for a job that no worker was told of."""
        pending = and_(col(self.model.id) == job_id, col(self.model.status) == JobStatus.PENDING)
        return await self._fail(pending, "queue_unavailable")

    async def fail_expired(self, job_id: str) -> bool:
        """processing with an expired lease → failed, after the last attempt."""
        return await self._fail(and_(col(self.model.id) == job_id, self.expired()), "internal_error")

    async def _fail(self, where: ColumnElement[bool], code: str) -> bool:
        values = {
            "status": JobStatus.FAILED,
            "failed_at": utcnow(),
            "error_code": code,
            "error_message": message_for(code),
            "claim_token": None,
            "lease_expires_at": None,
        }
        return await self._move(where, values)

    async def cancel(self, job_id: str) -> bool:
        """pending or processing → cancelled."""
        values = {
            "status": JobStatus.CANCELLED,
            "cancelled_at": utcnow(),
            "claim_token": None,
            "lease_expires_at": None,
        }
        return await self._move(and_(col(self.model.id) == job_id, col(self.model.status).in_(ACTIVE)), values)
