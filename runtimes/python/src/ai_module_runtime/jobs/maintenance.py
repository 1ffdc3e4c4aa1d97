"""Repair and cleaning: forgotten jobs are queued again, old ones and those of deleted users removed."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_
from sqlmodel import col, delete, select, update

from ai_module_runtime.clock import utcnow
from ai_module_runtime.jobs.models import JobRow
from ai_module_runtime.jobs.states import ACTIVE, TERMINAL, JobStatus

if TYPE_CHECKING:
    from ai_module_runtime.jobs.service import JobService

logger = logging.getLogger(__name__)

REPEAT_AFTER = timedelta(minutes=5)
# A job whose worker vanished is taken up again, but not for ever: its input may be what kills the workers.
LOST_WORKERS_ALLOWED = 2
BATCH = 500


async def requeue_stale(service: "JobService") -> int:
    """Queue again what nobody works on; fail what used up its attempts. Returns the number queued."""
    model = service.spec.job_model
    idle = or_(col(model.status) == JobStatus.PENDING, service.transitions.expired())
    query = select(model).where(idle, col(model.requeue_at) < utcnow()).order_by(col(model.created_at)).limit(BATCH)
    async with service.context.db.session() as session:
        jobs = (await session.exec(query)).all()
    requeued = sum([await _requeue(service, job) for job in jobs])
    if requeued:
        logger.info("%s: %d jobs queued again", service.spec.name, requeued)
    return requeued


async def _requeue(service: "JobService", job: JobRow) -> bool:
    attempts = service.settings.retry_attempts + LOST_WORKERS_ALLOWED
    if job.status == JobStatus.PROCESSING and job.attempt > attempts:
        if await service.transitions.fail_expired(job.id):
            await service.events.failed(job, "internal_error")
        return False
    due_at = max(job.due_at, utcnow())
    repeat_at = service.transitions.requeue_at(due_at) if job.status == JobStatus.PROCESSING else due_at + REPEAT_AFTER
    # First the row, then the message: of several processes that look at once, one sends.
    if not await service.transitions.postpone(job.id, job.requeue_at, repeat_at):
        return False
    countdown = max(0.0, (due_at - utcnow()).total_seconds())
    try:
        await service.context.queue.send(service.spec.process_task, job.id, job.priority, countdown)
    except Exception:
        await service.transitions.postpone(job.id, repeat_at, job.requeue_at)
        raise
    return True


async def recover(service: "JobService") -> int:
    """Queue every active job again. Only where this process is the sole worker and has just started."""
    model = service.spec.job_model
    orphaned = col(model.status) == JobStatus.PROCESSING
    async with service.context.db.session() as session:
        past = utcnow() - timedelta(seconds=1)
        await session.exec(update(model).where(orphaned).values(lease_expires_at=past))
        await session.exec(update(model).where(col(model.status).in_(ACTIVE)).values(requeue_at=past))
    total = 0
    while requeued := await requeue_stale(service):
        total += requeued
        if requeued < BATCH:
            break
    return total


async def cleanup_old_jobs(service: "JobService") -> int:
    """Delete jobs that ended more than `retention_days` ago, with their results. Returns their number."""
    model = service.spec.job_model
    ended_at = func.coalesce(model.completed_at, model.failed_at, model.cancelled_at)
    limit = utcnow() - timedelta(days=service.settings.retention_days)
    query = select(model.id).where(col(model.status).in_(TERMINAL), ended_at < limit)
    deleted = 0
    while True:
        async with service.context.db.session() as session:
            ids = (await session.exec(query.limit(BATCH))).all()
        if not ids:
            return deleted
        await _delete(service, ids)
        deleted += len(ids)


async def delete_jobs_of(service: "JobService", user_id: str) -> None:
    """Cancel the user's active jobs, telling of each, then delete all their jobs and results."""
    model = service.spec.job_model
    async with service.context.db.session() as session:
        jobs = (await session.exec(select(model).where(model.user_id == user_id))).all()
    for job in jobs:
        if job.status in ACTIVE and await service.transitions.cancel(job.id):
            await service.events.cancelled(job)
    for start in range(0, len(jobs), BATCH):
        await _delete(service, [job.id for job in jobs[start : start + BATCH]])


async def _delete(service: "JobService", job_ids: Sequence[str]) -> None:
    job_model, result_model = service.spec.job_model, service.spec.result_model
    async with service.context.db.session() as session:
        await session.exec(delete(result_model).where(col(result_model.job_id).in_(job_ids)))
        await session.exec(delete(job_model).where(col(job_model.id).in_(job_ids)))
