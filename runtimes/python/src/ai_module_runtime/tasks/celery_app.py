"""The Celery application, the same for every mode."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from celery import Celery, Task

from app.core.config import get_settings

P = ParamSpec("P")
R = TypeVar("R")

MINUTE_SECONDS = 60.0
DAY_SECONDS = 24 * 3600.0


def requeue_interval() -> float:
    """Seconds between two searches for forgotten jobs: at most a minute.

    In distributed mode often enough to notice soon that a lease has expired: what a killed worker held comes back
    from Redis only after an hour. Embedded, worker and host die together, and the host searches when it starts.
    """
    settings = get_settings()
    return min(MINUTE_SECONDS, max(0.5, settings.job_lease_seconds / 4)) if settings.distributed else MINUTE_SECONDS


def _create_celery_app() -> Celery:
    settings = get_settings()
    # Beat keeps its schedule there, and may be the first to start.
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    celery = Celery("app")
    transport_options: dict[str, Any] = {}
    if settings.distributed:
        transport_options = {"socket_connect_timeout": 2, "socket_timeout": 10, "retry_on_timeout": True}
    else:
        celery.conf.broker_transport = "app.tasks.memory_broker:Transport"
    celery.conf.update(
        broker_url=settings.broker_url,
        broker_transport_options=transport_options,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_default_queue="jobs",
        task_ignore_result=True,
        # Late: a worker that dies gives its messages back. A second delivery does no harm, the claim refuses it.
        task_acks_late=settings.distributed,
        task_reject_on_worker_lost=True,
        # Embedded: no limit, or the worker would wait for acknowledgements that it only sends while not waiting.
        worker_prefetch_multiplier=1 if settings.distributed else 0,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_concurrency=settings.worker_concurrency,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2},
        task_serializer="json",
        accept_content=["json"],
        worker_hijack_root_logger=False,
        timezone="UTC",
        beat_schedule_filename=str(settings.data_dir / "celerybeat-schedule"),
    )
    # Celery's current app is thread-local: without this, what threads send goes to amqp://localhost.
    celery.set_default()
    return celery


celery_app = _create_celery_app()


def task(name: str) -> "Callable[[Callable[P, R]], Task[P, R]]":
    """Declare a Celery task under an explicit name."""
    return celery_app.task(name=name)


def run_every(seconds: float, scheduled: "Task[..., Any]") -> None:
    """Put a task on the schedule: Celery beat's, or the embedded scheduler's."""
    celery_app.conf.beat_schedule = {
        **(celery_app.conf.beat_schedule or {}),
        scheduled.name: {"task": scheduled.name, "schedule": seconds, "options": {"expires": seconds}},
    }
