"""Embedded mode is for one process: a lock on the data folder that the system frees when the process dies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


class AlreadyRunningError(Exception):
    """Another process runs an embedded host on the same data folder."""


@contextmanager
def single_host(data_dir: Path) -> Iterator[None]:
    """Hold the lock of `data_dir` for the length of the block.

    Raises:
        AlreadyRunningError: another process holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    # SQLite's file lock instead of fcntl: it works on every system.
    with closing(sqlite3.connect(data_dir / "host.lock", timeout=0)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise AlreadyRunningError(
                f"another host runs on {data_dir}; embedded mode is for one process: "
                "set REDIS_URL and DATABASE_URL to run several"
            ) from error
        yield
