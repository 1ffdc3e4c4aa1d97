"""Celery's worker processes: `celery -A app.tasks.celery_app worker`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from celery.signals import setup_logging, worker_init

from ai_module_runtime.engine.celery import CeleryWorker
from ai_module_runtime.engine.worker import Worker
from ai_module_runtime.logs import configure_logging
from ai_module_runtime.modules.discovery import Candidate
from ai_module_runtime.settings import SettingsError

if TYPE_CHECKING:
    from ai_module_runtime.host import Host

logger = logging.getLogger(__name__)


def prepare_worker(host: "Host") -> None:
    """Import the tasks of all modules, and connect the host to Celery's signals.

    For processes that only Celery runs: logging and signals are those of the process.

    Raises:
        SettingsError: there is no Redis.
    """
    messages = host.messages
    if messages is None:
        raise SettingsError("AI_REDIS_URL must be set for Celery workers; without it web processes run the jobs")
    configure_logging(host.settings)
    candidates = [candidate for candidate in host.discover() if candidate.usable]
    for candidate in candidates:
        try:
            host.jobs.add(candidate, host.context_of(candidate))
        except Exception as error:
            logger.error("no tasks of %s: %s", candidate.name, error)

    def keep_logging(**_signal_arguments: Any) -> None:
        """Keep Celery from configuring it: that is what a handler of this signal does."""

    def migrate(**_signal_arguments: Any) -> None:
        """Bring the tables up to date, before the worker forks: it may start before the first host."""
        asyncio.run(_migrate(host, candidates))

    @asynccontextmanager
    async def start_worker() -> AsyncIterator[Worker]:
        worker = host.create_worker(concurrency=0, delivery_slots=0)
        try:
            async with worker.running():
                yield worker
        finally:
            await host.close_connections()

    setup_logging.connect(keep_logging, weak=False)
    worker_init.connect(migrate, weak=False)
    CeleryWorker(host.celery_app, start_worker, messages)


async def _migrate(host: "Host", candidates: list[Candidate]) -> None:
    from ai_module_runtime.db.migrations import apply_module_migrations, module_migrations

    await host.set_up_schema()
    for candidate in candidates:
        try:
            await apply_module_migrations(host.database, module_migrations(candidate.name, candidate.folder))
        except Exception:
            logger.exception("tables of %s cannot be migrated", candidate.name)
    await host.close_connections()
