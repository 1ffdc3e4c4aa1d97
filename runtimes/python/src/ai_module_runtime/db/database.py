"""Connections, transactions and locks."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator
from sqlmodel.ext.asyncio.session import AsyncSession

T = TypeVar("T")

RETRY_DELAYS_SECONDS = (0.2, 0.5, 1.0, 2.0, 3.0)

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "busy_timeout=15000",
    "foreign_keys=ON",
    "synchronous=NORMAL",
)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite drops the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC before storing."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a naive value its zone back."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Database:
    """The database of one host. Every event loop gets its own engine, because a connection lives on one loop."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._engines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncEngine] = weakref.WeakKeyDictionary()

    @property
    def on_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    def engine(self) -> AsyncEngine:
        """The engine of the running event loop, made on first use."""
        loop = asyncio.get_running_loop()
        engine = self._engines.get(loop)
        if engine is None:
            engine = self._engines[loop] = self._create_engine()
        return engine

    def _create_engine(self) -> AsyncEngine:
        if not self.on_sqlite:
            return create_async_engine(self.url, pool_pre_ping=True, connect_args={"timeout": 5})
        engine = create_async_engine(self.url)

        @event.listens_for(engine.sync_engine, "connect")
        def set_pragmas(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            for pragma in SQLITE_PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        return engine

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the end of the block, rolled back if it raises."""
        async with AsyncSession(self.engine(), expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """A session for reading: all its queries see the database as it was at the first one."""
        async with self.session() as session:
            if self.on_sqlite:
                await (await session.connection()).execute(text("BEGIN"))
            else:
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    async def lock_until_commit(self, connection: AsyncConnection, key: str) -> None:
        """Hold a lock named `key` until the transaction ends; must be its first statement.

        SQLite has one writer at a time, so there the lock is the whole database.
        """
        if self.on_sqlite:
            await connection.execute(text("BEGIN IMMEDIATE"))
        else:
            await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})

    async def answers(self) -> bool:
        """Whether a trivial query works.

        Raises:
            Exception: whatever the driver raises if it does not.
        """
        async with self.engine().connect() as connection:
            await connection.execute(text("SELECT 1"))
        return True

    async def dispose(self) -> None:
        """Close the connections of the running event loop."""
        engine = self._engines.pop(asyncio.get_running_loop(), None)
        if engine is not None:
            await engine.dispose()


def database_address(url: str | None, data_dir: Path) -> URL:
    """A database URL with its asynchronous driver; without one, a SQLite file in `data_dir`."""
    if url is None:
        # From parts, not from a text: a folder may be named `a?b`.
        return URL.create("sqlite+aiosqlite", database=str(data_dir.resolve() / "app.db"))
    address = make_url(url)
    dialect = {"postgres": "postgresql"}.get(address.get_backend_name(), address.get_backend_name())
    driver = {"postgresql": "asyncpg", "sqlite": "aiosqlite"}.get(dialect, address.get_driver_name())
    query = {"ssl" if key == "sslmode" else key: value for key, value in address.query.items()}
    return address.set(drivername=f"{dialect}+{driver}", query=query)


def is_unavailable(error: BaseException) -> bool:
    """Whether the database could not be reached, or ended the connection: not the fault of what was asked."""
    if isinstance(error, DBAPIError):
        return not isinstance(error, DataError | IntegrityError | ProgrammingError)
    return isinstance(error, OSError)


async def retry_while_unavailable(operation: Callable[[], Awaitable[T]]) -> T:
    """Call `operation`, again for some seconds while the database cannot be reached."""
    for delay in (*RETRY_DELAYS_SECONDS, None):
        try:
            return await operation()
        except Exception as error:
            if delay is None or not is_unavailable(error):
                raise
            await asyncio.sleep(delay)
    raise AssertionError("unreachable")
