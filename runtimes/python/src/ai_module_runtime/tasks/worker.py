"""The application of worker and scheduler processes.

celery -A app.tasks.worker worker
celery -A app.tasks.worker beat
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from celery.signals import setup_logging, worker_init, worker_process_shutdown, worker_shutdown, worker_shutting_down

from app.ai.discovery import discover
from app.core.db import dispose_engine
from app.core.logging import configure_logging
from app.core.migrations import HOST_MIGRATIONS, apply_migrations, module_migrations
from app.jobs.service import JobService
from app.tasks.celery_app import celery_app
from app.tasks.loop import close_worker_loops
from app.tasks.stopping import stop_soon

__all__ = ["celery_app"]

logger = logging.getLogger(__name__)

candidates = [candidate for candidate in discover() if candidate.usable]
for candidate in candidates:
    try:
        candidate.import_tasks()
    except Exception as error:
        logger.error("no tasks of %s: %s", candidate.name, error)


def prepare(**_signal_arguments: Any) -> None:
    """Bring the tables up to date: a worker may start before the first host. Then import what the services need.

    Both before the worker forks and takes its first job: an import must not eat into a job's lease.
    """
    asyncio.run(_migrate())
    for service_class in JobService.__subclasses__():
        try:
            cast("Callable[[], JobService]", service_class)()
        except Exception:
            logger.exception("%s cannot be made", service_class.__name__)


async def _migrate() -> None:
    await apply_migrations(HOST_MIGRATIONS)
    for candidate in candidates:
        try:
            await apply_migrations(module_migrations(candidate.name, candidate.folder))
        except Exception:
            logger.exception("tables of %s cannot be migrated", candidate.name)
    await dispose_engine()


setup_logging.connect(configure_logging, weak=False)
worker_init.connect(prepare, weak=False)
worker_shutting_down.connect(stop_soon, weak=False)
worker_process_shutdown.connect(close_worker_loops, weak=False)
worker_shutdown.connect(close_worker_loops, weak=False)
