"""Embedded mode is for one process: a lock on DATA_DIR that the system frees when the process dies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from app.core.config import get_settings


class AlreadyRunningError(Exception):
    """Another process runs an embedded host on the same DATA_DIR."""


@contextmanager
def single_host() -> Iterator[None]:
    """Hold the lock of DATA_DIR for the length of the block.

    Raises:
        AlreadyRunningError: another process holds it.
    """
    directory = get_settings().data_dir
    directory.mkdir(parents=True, exist_ok=True)
    # SQLite's file lock instead of fcntl: it works on every system.
    with closing(sqlite3.connect(directory / "host.lock", timeout=0)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise AlreadyRunningError(
                f"another host runs on {directory}; embedded mode is for one process: "
                "set REDIS_URL and DATABASE_URL to run several"
            ) from error
        yield
