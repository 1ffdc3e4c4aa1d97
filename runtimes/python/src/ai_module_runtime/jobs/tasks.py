"""What the Celery tasks of a module do."""

import logging
import threading
from collections.abc import Awaitable, Callable

from app.core.db import is_unavailable
from app.jobs import maintenance
from app.jobs.runner import process_job
from app.jobs.service import JobService
from app.tasks.loop import run_async, worker_loop
from app.tasks.queue import enqueue

logger = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 1.0

CreateService = Callable[[], JobService]

_slots: dict[str, threading.BoundedSemaphore] = {}
_slots_lock = threading.Lock()


def run_job(create_service: CreateService, job_id: str) -> None:
    """Make one attempt at a job, if the module has a slot free in this process; else come back later."""
    service = worker_loop().service(create_service)
    slots = _slots_of(service)
    if not slots.acquire(blocking=False):
        return run_async(lambda: enqueue(service.spec.process_task, job_id, countdown=ASK_AGAIN_SECONDS))
    try:
        run_async(lambda: process_job(service, job_id))
    except Exception as error:
        if not is_unavailable(error):
            raise
        logger.warning("job %s waits for the database (%s)", job_id, type(error).__name__)
        run_async(lambda: enqueue(service.spec.process_task, job_id, countdown=ASK_AGAIN_SECONDS))
    finally:
        slots.release()


def run_requeue_stale(create_service: CreateService) -> int:
    """Queue forgotten jobs again; returns their number."""
    return _maintain(create_service, maintenance.requeue_stale)


def run_cleanup_old_jobs(create_service: CreateService) -> int:
    """Delete old jobs; returns their number."""
    return _maintain(create_service, maintenance.cleanup_old_jobs)


def _maintain(create_service: CreateService, step: Callable[[JobService], Awaitable[int]]) -> int:
    """Run a step of maintenance. One that fails is tried again by the clock: a line in the log is enough."""

    async def run() -> int:
        return await step(service)

    try:
        service = worker_loop().service(create_service)
        return run_async(run)
    except Exception as error:
        logger.warning("%s: %s failed (%s)", create_service.__name__, step.__name__, type(error).__name__)
        return 0


def _slots_of(service: JobService) -> threading.BoundedSemaphore:
    with _slots_lock:
        name = service.spec.name
        if name not in _slots:
            _slots[name] = threading.BoundedSemaphore(service.spec.max_concurrent_jobs)
        return _slots[name]
