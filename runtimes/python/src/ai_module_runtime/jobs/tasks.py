"""The tasks that every module with jobs has."""

import logging
from collections.abc import Awaitable, Callable

from ai_module_runtime.db.database import is_unavailable
from ai_module_runtime.jobs import maintenance
from ai_module_runtime.jobs.runner import process_job
from ai_module_runtime.jobs.service import JobService
from ai_module_runtime.tasks.task import DAY_SECONDS, ModuleWorker, Task, requeue_interval
from ai_module_runtime.tasks.worker_loops import ServiceFactory

logger = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 1.0


def job_tasks(create_service: ServiceFactory) -> tuple[Task, ...]:
    """Running a job, queueing forgotten ones again, and deleting old ones."""
    return (
        Task("process", create_service, run_job),
        Task("requeue_stale", create_service, run_requeue_stale, requeue_interval),
        Task("cleanup_old_jobs", create_service, run_cleanup_old_jobs, DAY_SECONDS),
    )


def run_job(worker: ModuleWorker, job_id: str) -> None:
    """Make one attempt at a job, if the module has a slot free in this process; else come back later.

    A message may come twice; the second finds nothing to do.
    """
    service = worker.service

    async def ask_again() -> None:
        await service.context.queue.send(service.spec.process_task, job_id, countdown=ASK_AGAIN_SECONDS)

    if not worker.slots.acquire(blocking=False):
        return worker.run(ask_again)
    try:
        worker.run(lambda: process_job(service, job_id))
    except Exception as error:
        if not is_unavailable(error):
            raise
        logger.warning("job %s waits for the database (%s)", job_id, type(error).__name__)
        worker.run(ask_again)
    finally:
        worker.slots.release()


def run_requeue_stale(worker: ModuleWorker) -> int:
    """Queue forgotten jobs again; returns their number."""
    return _maintain(worker, maintenance.requeue_stale)


def run_cleanup_old_jobs(worker: ModuleWorker) -> int:
    """Delete old jobs; returns their number."""
    return _maintain(worker, maintenance.cleanup_old_jobs)


def _maintain(worker: ModuleWorker, step: Callable[[JobService], Awaitable[int]]) -> int:
    """Run a step of maintenance. One that fails is tried again by the clock: a line in the log is enough."""

    async def run() -> int:
        return await step(worker.service)

    try:
        return worker.run(run)
    except Exception as error:
        logger.warning("%s: %s failed (%s)", worker.spec.name, step.__name__, type(error).__name__)
        return 0
