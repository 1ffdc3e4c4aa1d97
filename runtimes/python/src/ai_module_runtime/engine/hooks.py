"""The code of modules that is called within a transaction of the runtime."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import InvalidRequestError
from sqlmodel.ext.asyncio.session import AsyncSession

from ai_module_runtime.engine.errors import TransientError, sqlstate_of
from ai_module_runtime.engine.store import joined_connection

HOOK_SECONDS = 10.0
FAILED_TRANSACTION = "25P02"
QUERY_CANCELED = "57014"


@asynccontextmanager
async def calling_hook(name: str, db: AsyncSession) -> AsyncIterator[None]:
    """Call a hook in the block. What it does through the runtime, such as publishing an event, joins its transaction.

    PostgreSQL answers the commit of a failed transaction with a rollback, without an error: the savepoint gives one.

    Raises:
        TransientError: `timeout`: it took longer than 10 seconds, or a statement took longer than it may.
        RuntimeError: the hook went on after an error of the database, or ended the transaction.
    """
    savepoint = await db.begin_nested()
    token = joined_connection.set(await db.connection())
    try:
        async with asyncio.timeout(HOOK_SECONDS):
            yield
    except TimeoutError as error:
        raise TransientError("timeout", name) from error
    except Exception as error:
        if sqlstate_of(error) == QUERY_CANCELED:
            raise TransientError("timeout", name) from error
        raise
    finally:
        joined_connection.reset(token)
    try:
        await savepoint.commit()
    except Exception as error:
        if isinstance(error, InvalidRequestError) or sqlstate_of(error) == FAILED_TRANSACTION:
            raise RuntimeError(
                f"{name} went on after an error of the database: do in db.begin_nested() what may fail"
            ) from error
        raise
