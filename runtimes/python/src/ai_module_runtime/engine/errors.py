"""Errors of the engine, and the errors that the work of a job raises."""

import asyncio
import socket
from typing import Literal

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import exc

# Classes of SQLSTATE that say nothing about the statement: connection lost, insufficient resources, shutdown, no
# access to the server or database, and a server that has become read-only.
UNAVAILABLE_CLASSES = ("08", "28", "3D", "40", "53", "57", "58")
STATEMENT_TIMEOUT = "57014"
# The error of a role that has a `lock_timeout`.
LOCK_TIMEOUT = "55P03"
UNAVAILABLE_STATES = ("25006", LOCK_TIMEOUT)
# What is missing or not permitted has one of these classes; so has a wrong statement of a module.
MAYBE_NO_ACCESS = ("3F", "42")
# Connections that break, a server that stops, and a role or database that is refused.
NO_CONNECTION = ("08", "28", "3D", "57P")

Trouble = Literal["connection", "statement", "slow", "schema_missing", "database_forbidden"]
"""What fails: everything (`connection`), some statements, those that wait too long, or those that need what was dropped
or is not permitted."""


WITHOUT_SSL = "the server does not support SSL"

MESSAGES = {
    "input_invalid": "The input does not fit the type that the module expects.",
    "internal_error": "The job failed because of an internal error.",
    "module_removed": "The module was removed before the job was finished.",
    "output_invalid": "The output does not fit the type that the module promises.",
    "provider_rejected": "The provider rejected the request.",
    "provider_unavailable": "The provider is not available.",
    "timeout": "The job took longer than allowed.",
}


def message_for(code: str) -> str:
    """The sentence that belongs to an error code; never the text of an exception."""
    return MESSAGES.get(code, "The job failed.")


class JobError(Exception):
    """A failure of a module's work. `code` is stable and ASCII; the text after it is only logged."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class TransientError(JobError):
    """Worth another try: the job is retried as its configuration says."""


class PermanentError(JobError):
    """Another try would fail as well: the job fails at once."""


class ClaimLostError(Exception):
    """Another worker owns the job now, or it was cancelled or deleted."""


class DatabaseUnavailableError(Exception):
    """The database can't be reached, or can't do what was asked now.

    The message is for the log, such as `localhost:5432/ai is unavailable: connection refused`. Clients don't see it.
    `since` is when the call began, by `monotonic`. `call` is its statement. `code` is what clients see.
    """

    code = "database_unavailable"
    trouble: Trouble = "connection"

    def __init__(self, reason: str = "", since: float | None = None, call: str | None = None) -> None:
        super().__init__(reason)
        self.since = since
        self.call = call


class SchemaLostError(DatabaseUnavailableError):
    """The runtime's schema, or a table or function in it, was dropped after the host has started."""

    code = "schema_missing"
    trouble = "schema_missing"


class DatabaseForbiddenError(DatabaseUnavailableError):
    """The role has lost permissions that the runtime needs. The message contains SQL for an administrator."""

    code = "database_forbidden"
    trouble = "database_forbidden"


class SchemaMissingError(Exception):
    """Tables are missing that the application's own migrations have to create, or that were dropped. The message says which."""


class SchemaPermissionError(Exception):
    """The role may not create what is missing. The message contains SQL for an administrator."""


def code_of(error: BaseException) -> str:
    """The code that clients and events see. Never the text of an exception, which may repeat what users sent."""
    if isinstance(error, JobError):
        return error.code
    return "timeout" if isinstance(error, TimeoutError) else "internal_error"


def sqlstate_of(error: BaseException) -> str | None:
    """PostgreSQL's code of the error, which SQLAlchemy wraps twice."""
    seen: BaseException | None = error
    while seen is not None:
        state = getattr(seen, "sqlstate", None)
        if isinstance(state, str):
            return state
        seen = (seen.orig if isinstance(seen, exc.DBAPIError) else None) or seen.__cause__
    return None


def is_unavailable(error: BaseException) -> bool:
    """Whether the database is the cause, and not what was asked: the same call may succeed later."""
    if isinstance(error, DatabaseUnavailableError | OSError | asyncio.TimeoutError | exc.TimeoutError):
        return True
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return True
    state = sqlstate_of(error)
    cause = error.orig.__cause__ if isinstance(error, exc.DBAPIError) and error.orig else error
    # The tables were dropped and created again: the connection prepares its statements again.
    if isinstance(cause, asyncpg.InvalidCachedStatementError):
        return True
    if state is None:
        # What the driver says about a connection that the server is just closing.
        return isinstance(cause, asyncpg.InternalClientError) or (
            isinstance(cause, asyncpg.InterfaceError) and "connection" in str(cause)
        )
    return state[:2] in UNAVAILABLE_CLASSES or state in UNAVAILABLE_STATES


def is_refused(error: BaseException) -> bool:
    """Whether waiting doesn't help: the role or the database is refused."""
    if isinstance(error, DatabaseForbiddenError):
        return True
    return (sqlstate_of(error) or "").startswith(("28", "3D")) or reason_of(error) == WITHOUT_SSL


def trouble_of(error: BaseException) -> Trouble:
    """What an error says about other calls, if the database is its cause."""
    if isinstance(error, DatabaseUnavailableError):
        return error.trouble
    state = sqlstate_of(error)
    if state is None or state.startswith(NO_CONNECTION):
        return "connection"
    return "slow" if state in (STATEMENT_TIMEOUT, LOCK_TIMEOUT) else "statement"


def reason_of(error: BaseException) -> str:
    """PostgreSQL's own sentence, or the same ones as in the Node runtime."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, asyncpg.QueryCanceledError):
            return "a statement took longer than 4 s, perhaps because of a lock"
        if isinstance(seen, asyncpg.ReadOnlySQLTransactionError):
            return "it takes no writes"
        if isinstance(seen, asyncpg.PostgresError):
            return str(seen.args[0])
        if isinstance(seen, ConnectionRefusedError) or "Connect call failed" in str(seen):
            return "connection refused"
        if "rejected SSL upgrade" in str(seen):
            return WITHOUT_SSL
        if isinstance(seen, FileNotFoundError):
            return "the socket does not exist"
        if isinstance(seen, socket.gaierror):
            return "the host name is unknown"
        if isinstance(seen, TimeoutError | exc.TimeoutError):
            return "no answer in time"
        seen = (seen.orig if isinstance(seen, exc.DBAPIError) else None) or seen.__cause__
    return "the connection was lost"
