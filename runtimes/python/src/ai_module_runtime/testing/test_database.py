"""One server for a run of tests, and a database for each test file."""

import asyncio
import logging
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from ai_module_runtime.postgres import EmbeddedPostgres, start_embedded_postgres

T = TypeVar("T")

logger = logging.getLogger(__name__)

VARIABLE = "AI_TEST_DATABASE_SERVER"
"""Its value is the URL of the server that all test processes of a run use."""


@dataclass(frozen=True)
class DatabaseTemplate:
    """Contents that many test files start from, for example the tables of the host."""

    name: str
    """Two templates with the same name are the same."""
    prepare: Callable[[str], object]
    """Fills the database with the given URL. Runs once for each server."""


@dataclass(frozen=True)
class TestDatabase:
    """A database of its own."""

    # Not a test, although its name looks like one to pytest.
    __test__ = False

    url: str
    name: str
    server: str

    def drop(self) -> None:
        """Remove the database and close connections that are still open."""
        _run(_drop(self.server, self.name))


def start_test_server() -> EmbeddedPostgres:
    """Start a server for a whole run of tests, before the test processes. It keeps nothing on disk.

    Without it, each process starts its own server, which ends with the process.
    """
    server = _start_temporary_server()
    os.environ[VARIABLE] = server.url
    return server


def create_test_database(template: DatabaseTemplate | None = None) -> TestDatabase:
    """Create an empty database, or a copy of a template, on the server of this run."""
    server = os.environ.get(VARIABLE) or _own_server().url
    name = f"test_{os.getpid()}_{secrets.token_hex(6)}"
    _run(_create(server, name, template))
    return TestDatabase(_with_database(server, name), name, server)


@cache
def _own_server() -> EmbeddedPostgres:
    return _start_temporary_server()


def _start_temporary_server() -> EmbeddedPostgres:
    data_dir = tempfile.mkdtemp(prefix="ai-test-")
    # Not as warnings: many test suites turn those into errors.
    return start_embedded_postgres(Path(data_dir), data_dir, report=logger.info, is_temporary=True)


async def _create(server: str, name: str, template: DatabaseTemplate | None) -> None:
    async with _connect(server) as connection:
        source = await _find_template(connection, server, template) if template else "template0"
        await connection.execute(text(f"create database {name} template {_identifier(source)}"))


async def _drop(server: str, name: str) -> None:
    async with _connect(server) as connection:
        await connection.execute(text(f"drop database if exists {name} with (force)"))


async def _find_template(connection: AsyncConnection, server: str, template: DatabaseTemplate) -> str:
    """Prepare the template if no other process did. Only a complete one is marked as a template."""
    values = {"name": f"template_{template.name}"}
    identifier = _identifier(values["name"])
    await connection.execute(text("select pg_advisory_lock(hashtext(:name))"), values)
    try:
        complete = text("select 1 from pg_database where datname = :name and datistemplate")
        if (await connection.execute(complete, values)).first():
            return values["name"]
        await connection.execute(text(f"drop database if exists {identifier} with (force)"))
        await connection.execute(text(f"create database {identifier} template template0"))
        await asyncio.to_thread(template.prepare, _with_database(server, values["name"]))
        others = text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name")
        await connection.execute(others, values)
        await connection.execute(text(f"alter database {identifier} with is_template true allow_connections false"))
        return values["name"]
    finally:
        await connection.execute(text("select pg_advisory_unlock(hashtext(:name))"), values)


@asynccontextmanager
async def _connect(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _with_database(server: str, name: str) -> str:
    before, query = server.split("?", 1)
    return f"{before.rpartition('/')[0]}/{quote(name, safe='')}?{query}"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""').replace(":", r"\:") + '"'


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Also in a test that has an event loop."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, coroutine).result()
