"""The database: one engine per event loop, because a connection lives on the loop that opened it."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, event, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.config import get_settings

T = TypeVar("T")

RETRY_DELAYS_SECONDS = (0.2, 0.5, 1.0, 2.0, 3.0)

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "busy_timeout=15000",
    "foreign_keys=ON",
    "synchronous=NORMAL",
)

_engines: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncEngine]" = weakref.WeakKeyDictionary()


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


def get_engine() -> AsyncEngine:
    """The engine of the running event loop, made on first use."""
    loop = asyncio.get_running_loop()
    engine = _engines.get(loop)
    if engine is None:
        engine = _engines[loop] = _create_engine(get_settings().async_database_url)
    return engine


def _create_engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_pre_ping=True, connect_args={"timeout": 5})
    engine = create_async_engine(url)

    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


@asynccontextmanager
async def session_scope() -> AsyncIterator[AsyncSession]:
    """A session in one transaction: committed at the end of the block, rolled back if it raises."""
    async with AsyncSession(get_engine(), expire_on_commit=False) as session, session.begin():
        yield session


@asynccontextmanager
async def snapshot_scope() -> AsyncIterator[AsyncSession]:
    """A session for reading: all its queries see the database as it was at the first one."""
    async with session_scope() as session:
        if _on_sqlite():
            await (await session.connection()).execute(text("BEGIN"))
        else:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def _on_sqlite() -> bool:
    return get_settings().async_database_url.startswith("sqlite")


async def lock_until_commit(connection: AsyncConnection, key: str) -> None:
    """Hold a lock named `key` until the transaction ends; must be its first statement.

    SQLite has one writer at a time, so there the lock is the whole database.
    """
    if _on_sqlite():
        await connection.execute(text("BEGIN IMMEDIATE"))
    else:
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


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


async def database_answers() -> bool:
    """Whether a trivial query works.

    Raises:
        Exception: whatever the driver raises when it does not.
    """
    async with get_engine().connect() as connection:
        await connection.execute(text("SELECT 1"))
    return True


async def dispose_engine() -> None:
    """Close the connections of the running event loop."""
    engine = _engines.pop(asyncio.get_running_loop(), None)
    if engine is not None:
        await engine.dispose()
