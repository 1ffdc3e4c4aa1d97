"""The Celery application of a host, the same for every mode."""

from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.loaders.app import AppLoader

from ai_module_runtime.settings import Settings


def create_celery_app(settings: Settings, on_worker_init: Callable[[], None]) -> Celery:
    """Make the application; nothing is opened. It becomes the process's current one.

    `on_worker_init` is called once in every process that Celery runs as a worker or scheduler, before it forks.
    """

    class Loader(AppLoader):
        def on_worker_init(self) -> None:
            on_worker_init()

    # Beat keeps its schedule there, and may be the first to start.
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    celery = Celery("app", loader=Loader)
    transport_options: dict[str, Any] = {}
    if settings.distributed:
        transport_options = {"socket_connect_timeout": 2, "socket_timeout": 10, "retry_on_timeout": True}
    else:
        celery.conf.broker_transport = "ai_module_runtime.tasks.memory_broker:Transport"
    celery.conf.update(
        broker_url=settings.redis_url or "memory://localhost",
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


def add_task(celery: Celery, name: str, run: Callable[..., Any], every: float | None) -> None:
    """Declare a task under an explicit name; with `every`, also on the schedule of beat and the embedded scheduler."""
    celery.task(name=name)(run)
    if every is None:
        return
    entry = {"task": name, "schedule": every, "options": {"expires": every}}
    celery.conf.beat_schedule = {**(celery.conf.beat_schedule or {}), name: entry}
