"""The module's Celery tasks, run by `celery -A app.tasks.worker worker`."""

from app.jobs.tasks import run_cleanup_old_jobs, run_job, run_requeue_stale
from app.tasks.celery_app import DAY_SECONDS, requeue_interval, run_every, task

from .service import TextDigestService


@task("text_digest.process")
def process_task(job_id: str) -> None:
    """Make one attempt at a job. A message may come twice; the second finds nothing to do."""
    run_job(TextDigestService, job_id)


@task("text_digest.requeue_stale")
def requeue_stale() -> int:
    """Queue again what a dead worker left; returns the number of jobs."""
    return run_requeue_stale(TextDigestService)


@task("text_digest.cleanup_old_jobs")
def cleanup_old_jobs() -> int:
    """Delete jobs that ended more than `retention_days` ago; returns their number."""
    return run_cleanup_old_jobs(TextDigestService)


run_every(requeue_interval(), requeue_stale)
run_every(DAY_SECONDS, cleanup_old_jobs)
