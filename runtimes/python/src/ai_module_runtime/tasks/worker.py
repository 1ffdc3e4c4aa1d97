"""Worker and scheduler processes: `celery -A app.tasks.celery_app worker`, and `beat`."""

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from celery.signals import setup_logging, worker_init, worker_process_shutdown, worker_shutdown, worker_shutting_down

from ai_module_runtime.db.migrations import HOST_MIGRATIONS, apply_migrations, module_migrations
from ai_module_runtime.logs import configure_logging
from ai_module_runtime.modules.discovery import Candidate

if TYPE_CHECKING:
    from ai_module_runtime.host import Host

logger = logging.getLogger(__name__)


def prepare_worker(host: "Host") -> None:
    """Import the tasks of all modules, and connect the host to Celery's signals.

    For processes that only Celery runs: logging and signals are those of the process.
    """
    configure_logging(host.settings)
    candidates = [candidate for candidate in host.discover() if candidate.usable]
    for candidate in candidates:
        try:
            host.register_tasks(candidate, host.context_of(candidate))
        except Exception as error:
            logger.error("no tasks of %s: %s", candidate.name, error)

    def keep_logging(**_signal_arguments: Any) -> None:
        """Keep Celery from configuring it: that is what a handler of this signal does."""

    def migrate(**_signal_arguments: Any) -> None:
        """Bring the tables up to date, before the worker forks: it may start before the first host."""
        asyncio.run(_migrate(host, candidates))

    setup_logging.connect(keep_logging, weak=False)
    worker_init.connect(migrate, weak=False)
    worker_shutting_down.connect(host.stopping.stop_soon, weak=False)
    worker_process_shutdown.connect(host.worker_loops.close, weak=False)
    worker_shutdown.connect(host.worker_loops.close, weak=False)


async def _migrate(host: "Host", candidates: list[Candidate]) -> None:
    await apply_migrations(host.database, HOST_MIGRATIONS)
    for candidate in candidates:
        try:
            await apply_migrations(host.database, module_migrations(candidate.name, candidate.folder))
        except Exception:
            logger.exception("tables of %s cannot be migrated", candidate.name)
    await host.close_connections()
