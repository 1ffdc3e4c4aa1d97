"""Connections to PostgreSQL."""

import asyncio
import logging
import re
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import Connection, NullPool, Row, event, exc, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from ai_module_runtime.engine.errors import (
    MAYBE_NO_ACCESS,
    DatabaseForbiddenError,
    DatabaseUnavailableError,
    SchemaLostError,
    is_unavailable,
    reason_of,
    sqlstate_of,
    trouble_of,
)
from ai_module_runtime.engine.outage import CHECK, Outage
from ai_module_runtime.engine.sql_files import ACCESS, LEDGER_TABLE, created_by, read_sql, runtime_migrations

T = TypeVar("T")

CONNECT_SECONDS = 2.0
# The server ends a statement after this time; the client stops waiting a little later, in case the server hangs.
STATEMENT_SECONDS = 4.0
# Includes waiting for a connection: an HTTP request must be answered within 5 seconds.
CALL_SECONDS = 4.5
SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,50}")
# Parameters of libpq and of other drivers, which asyncpg would send to the server as settings.
FOREIGN_PARAMETERS = frozenset(
    {
        "channel_binding",
        "client_encoding",
        "connect_timeout",
        "connection_limit",
        "fallback_application_name",
        "gssencmode",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "pgbouncer",
        "pool_timeout",
        "schema",
        "sslcompression",
        "tcp_user_timeout",
    }
)


# Seconds that the queries of the current request have taken.
_waited: ContextVar[list[float] | None] = ContextVar("waited", default=None)


@contextmanager
def request_time() -> Iterator[None]:
    """Limit the time of all queries in the block together to that of one call: a request is answered within 5 seconds."""
    token = _waited.set([0.0])
    try:
        yield
    finally:
        _waited.reset(token)


class Database:
    """The database of a host. Each event loop has its own pool, because a connection can't change loops.

    Args:
        url: `postgresql://…`, with the parameters that libpq knows, such as `sslmode` and `host=/socket/folder`. A
            function is called for each connection: an embedded database that was killed has another address afterwards.
        schema: the schema of the runtime's tables.
        direct_url: the same database without a transaction pooler in between.
        pooler: whether `url` goes through a pooler in transaction mode, such as PgBouncer. Connections then have no
            prepared statements with names, and settings are set in each transaction.
            By default: whether there is a `direct_url`.
        pool_size: connections of a loop, at most.
        outage: reports what is wrong with the database.
    """

    def __init__(
        self,
        url: str | Callable[[], str],
        *,
        schema: str = "ai",
        direct_url: str | None = None,
        pooler: bool | None = None,
        pool_size: int = 6,
        connect_seconds: float = CONNECT_SECONDS,
        statement_seconds: float = STATEMENT_SECONDS,
        call_seconds: float = CALL_SECONDS,
        outage: Outage | None = None,
    ) -> None:
        if not SCHEMA_NAME.fullmatch(schema):
            raise ValueError(f"the name of the schema must match {SCHEMA_NAME.pattern}")
        self.schema = schema
        self.pooler = direct_url is not None if pooler is None else pooler
        self.outage = outage or Outage(logging.getLogger("ai_module_runtime.database"))
        self._given_url = url
        self._given_direct_url = _address(direct_url) if direct_url else None
        _ = self._url  # It is checked.
        self._connect_seconds = connect_seconds
        self._statement_seconds = statement_seconds
        self._call_seconds = call_seconds
        self._pool_size = pool_size
        self._running: set[asyncio.Future[Any]] = set()
        self._engines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncEngine] = weakref.WeakKeyDictionary()

    @property
    def _url(self) -> str:
        return _address(self._given_url if isinstance(self._given_url, str) else self._given_url())

    @property
    def _direct_url(self) -> str | None:
        return self._given_direct_url or (None if self.pooler else self._url)

    @property
    def engine(self) -> AsyncEngine:
        """The pool of the running event loop."""
        loop = asyncio.get_running_loop()
        engine = self._engines.get(loop)
        if engine is None:
            engine = self._engines[loop] = self._create_pool()
        return engine

    def _create_engine(self, open_connection: Callable[..., Awaitable[Any]], **options: Any) -> AsyncEngine:
        pooled: dict[str, Any] = {"prepared_statement_cache_size": 0, "prepared_statement_name_func": str}

        def create() -> Any:
            # As with `async_creator`, which ignores `connect_args`.
            driver: Any = engine.dialect.loaded_dbapi
            return driver.connect(async_creator_fn=open_connection, **(pooled if self.pooler else {}))

        engine = create_async_engine("postgresql+asyncpg://", creator=create, **options)
        return engine

    def _create_pool(self) -> AsyncEngine:
        engine = self._create_engine(
            self._open_for_pool,
            pool_size=self._pool_size,
            max_overflow=0,
            # Ends before the time of a call does, so that it is known what was waited for.
            pool_timeout=self._call_seconds * 0.9,
            pool_recycle=1800,
        )

        @event.listens_for(engine.sync_engine, "checkout")
        def refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
            """Replace a connection that the server has closed, without asking the server each time."""
            if connection.driver_connection.is_closed():
                raise DisconnectionError

        @event.listens_for(engine.sync_engine, "after_cursor_execute")
        def note_answer(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            self.outage.answered(statement)

        if self.pooler:

            @event.listens_for(engine.sync_engine, "begin")
            def configure(connection: Connection) -> None:
                connection.exec_driver_sql(
                    "select set_config('search_path', $1, true), set_config('statement_timeout', $2, true)",
                    (self.search_path, self._statement_timeout),
                )

        return engine

    @property
    def search_path(self) -> str:
        """The search path of all connections."""
        return f"{self.schema}, public"

    @property
    def channel(self) -> str:
        """The channel of wake-ups."""
        return f"{self.schema}_wake"

    @property
    def can_listen(self) -> bool:
        """Whether there is a connection without a transaction pooler. Without it processes poll."""
        return self._direct_url is not None

    @property
    def _statement_timeout(self) -> str:
        return str(int(self._statement_seconds * 1000))

    @property
    def _client_seconds(self) -> float:
        return self._statement_seconds + 0.5

    async def _open_for_pool(self, **options: Any) -> asyncpg.Connection:
        if not self.pooler:
            return await self._open(self._url, self._settings(), self._client_seconds, **options)
        # Poolers refuse most settings at the start of a connection.
        return await self._open(self._url, {}, self._client_seconds, statement_cache_size=0, **options)

    async def open_direct(self) -> asyncpg.Connection:
        """Open a connection outside the pool, to listen.

        Raises:
            DatabaseUnavailableError: it can't be opened.
        """
        if self._direct_url is None:
            raise DatabaseUnavailableError("a connection without a transaction pooler is needed")
        return await self._open_single(self._direct_url, self._settings(), self._client_seconds)

    async def open_for_setup(self, **options: Any) -> asyncpg.Connection:
        """Open a connection outside the pool, whose statements have no time limit.

        Raises:
            DatabaseUnavailableError: it can't be opened.
        """
        settings = {} if self._direct_url is None else {**self._settings(), "statement_timeout": "0"}
        options = {"statement_cache_size": 0, **options}
        return await self._open_single(self._direct_url or self._url, settings, None, **options)

    async def _open_single(self, url: str, settings: dict[str, str], *limit: Any, **options: Any) -> asyncpg.Connection:
        try:
            return await self._open(url, settings, *limit, **options)
        except Exception as error:
            if is_unavailable(error):
                raise self.unavailable(error) from error
            raise

    def unavailable(
        self, error: BaseException, since: float | None = None, call: str | None = None
    ) -> DatabaseUnavailableError:
        """The error that says for the log which database is unavailable, and why.

        `since` is when the call began, by `monotonic`; `call` is its statement.
        """
        if isinstance(error, DatabaseUnavailableError):
            return error
        trouble = trouble_of(error)
        text = reason_of(error) if trouble == "slow" else f"is unavailable: {reason_of(error)}"
        found = DatabaseUnavailableError(f"{self._address}{':' if trouble == 'slow' else ''} {text}", since, call)
        found.trouble = trouble
        return found

    @property
    def _address(self) -> str:
        url = make_url(self._url)
        host = url.host or url.query.get("host", "localhost")
        return f"{host}:{url.port or 5432}/{url.database or url.username}"

    async def explain(
        self, error: BaseException, since: float | None = None, call: str | None = None
    ) -> DatabaseUnavailableError | None:
        """The error to raise instead if the database is the cause, and not what was asked."""
        if is_unavailable(error):
            return self.unavailable(error, since, call)
        if not (sqlstate_of(error) or "").startswith(MAYBE_NO_ACCESS):
            return None
        try:
            problem = self._problem_in(await self._ask(read_sql(ACCESS), *self._what_it_needs()), call)
        except Exception as failed:
            return self.unavailable(failed, since, call) if is_unavailable(failed) else None
        if problem is None and self.outage.lacked_access(monotonic() if since is None else since):
            # An administrator was quicker.
            return self.unavailable(error, since, call)
        return problem

    async def check_access(self) -> bool:
        """Whether the database answers, and the runtime can read and write its tables.

        Raises:
            DatabaseUnavailableError: it can't.
        """
        problem = self._problem_in(await self.query(read_sql(ACCESS), *self._what_it_needs()), CHECK)
        if problem is not None:
            self.outage.failed(problem)
            raise problem
        self.outage.accessible()
        return True

    def _what_it_needs(self) -> tuple[str, list[str]]:
        return self.schema, [LEDGER_TABLE, *created_by(runtime_migrations())]

    def _problem_in(self, rows: Sequence[Row[Any]], call: str | None = None) -> DatabaseUnavailableError | None:
        kinds = ("missing", "forbidden", "read_only")
        missing, forbidden, read_only = ([row.text for row in rows if row.problem == kind] for kind in kinds)
        if missing:
            what = "was dropped" if LEDGER_TABLE in missing else f"lacks {', '.join(missing)}"
            text = "Restore it, or start again: that creates functions, or a schema without data"
            return SchemaLostError(f"{self._address}: the schema {self.schema} {what}. {text}", call=call)
        if forbidden:
            text = "the role lacks permissions. Run this SQL as an administrator of the database"
            return DatabaseForbiddenError(f"{self._address}: {text}: {'; '.join(forbidden)}", call=call)
        if read_only:
            found = DatabaseUnavailableError(f"{self._address} is unavailable: it takes no writes", call=call)
            found.trouble = "statement"
            return found
        return None

    async def find_pooler(self) -> bool:
        """Find out whether the URL goes through a pooler in transaction mode, and configure connections for it.

        Poolers refuse or ignore the settings of a connection.

        Raises:
            DatabaseUnavailableError: the database can't be reached.
        """
        if self.pooler:
            return True
        try:
            connection = await self._open_single(
                self._url, self._settings(), self._client_seconds, statement_cache_size=0
            )
        except DatabaseUnavailableError as error:
            self.pooler = "unsupported startup parameter" in str(error)
            if not self.pooler:
                raise
            return True
        try:
            async with connection.transaction():
                self.pooler = await connection.fetchval("show search_path") != self.search_path
        except Exception as error:
            if is_unavailable(error):
                raise self.unavailable(error) from error
            raise
        finally:
            connection.terminate()
        return self.pooler

    async def _open(
        self, url: str, settings: dict[str, str], command_timeout: float | None, **options: Any
    ) -> asyncpg.Connection:
        return await asyncpg.connect(
            url, timeout=self._connect_seconds, command_timeout=command_timeout, server_settings=settings, **options
        )

    def _settings(self) -> dict[str, str]:
        return {
            "application_name": "ai-module-runtime",
            "search_path": self.search_path,
            "statement_timeout": self._statement_timeout,
        }

    async def query(self, sql: str, *parameters: Any) -> Sequence[Row[Any]]:
        """Run one statement, with parameters `$1`, `$2`, …, as one transaction. Returns its rows.

        Raises:
            DatabaseUnavailableError: no answer in time; the statement may or may not have been carried out.
            SchemaLostError: something of the runtime was dropped.
            DatabaseForbiddenError: the role has lost permissions.
        """
        started = monotonic()
        try:
            return await self._ask(sql, *parameters)
        except Exception as error:
            problem = await self.explain(error, started, sql)
            if problem is None:
                raise
            # Without a free connection, the calls that use them report why they take so long.
            if not isinstance(error, exc.TimeoutError):
                self.outage.failed(problem)
            raise problem from error

    async def _ask(self, sql: str, *parameters: Any) -> Sequence[Row[Any]]:
        # A function of the state machine is one statement and one transaction. Behind a pooler, a statement is prepared
        # and executed in one transaction, so that both reach the same server process.
        calls = self.engine if self.pooler else self.engine.execution_options(isolation_level="AUTOCOMMIT")

        async def run() -> Sequence[Row[Any]]:
            async with calls.begin() as connection:
                return (await connection.exec_driver_sql(sql, parameters)).all()

        return await self._within_time(run)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection in one transaction: committed at the end of the block, rolled back if it raises."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def setup_transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection outside the pool in one transaction, whose statements have no time limit: for migrations."""
        engine = self._create_engine(self.open_for_setup, poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                await connection.execute(text(f"set local search_path to {self.search_path}"))
                yield connection
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session for a module's own tables, in one transaction: committed at the end, rolled back if it raises."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """A session for reading: all its queries see the database as it was at the first one."""
        async with self.session() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    async def _within_time(self, operation: Callable[[], Awaitable[T]]) -> T:
        """The result of `operation`. After the time limit the caller doesn't wait for the connection to be closed."""
        started = monotonic()
        waited = _waited.get()
        limit = self._call_seconds if waited is None else max(0.0, self._call_seconds - waited[0])
        task = asyncio.ensure_future(operation())
        self._running.add(task)
        task.add_done_callback(self._ended)
        try:
            await asyncio.wait({task}, timeout=limit)
            if task.done():
                return task.result()
            task.cancel()
            raise TimeoutError
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            if waited is not None:
                waited[0] += monotonic() - started

    def _ended(self, task: "asyncio.Future[Any]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        engine = self._engines.pop(asyncio.get_running_loop(), None)
        if engine is not None:
            await engine.dispose()


def _address(url: str) -> str:
    """The URL as asyncpg reads it: without SQLAlchemy's driver, and without parameters that the server doesn't know."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in ("postgres", "postgresql"):
        raise ValueError("the database URL must begin with postgresql://")
    address, _, query = rest.partition("?")
    parameters = [
        ("sslmode" if key == "ssl" else key, value)
        for key, value in parse_qsl(query, keep_blank_values=True)
        if key not in FOREIGN_PARAMETERS
    ]
    return f"postgresql://{address}" + (f"?{urlencode(parameters)}" if parameters else "")
