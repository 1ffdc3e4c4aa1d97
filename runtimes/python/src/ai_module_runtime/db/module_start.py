"""When each module was last started."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from ai_module_runtime.clock import utcnow
from ai_module_runtime.db.database import Database, UTCDateTime


class ModuleStart(SQLModel, table=True):
    """In the database and not in memory, so that every process reports the same uptime."""

    __tablename__ = "module_starts"

    name: str = Field(primary_key=True, max_length=64)
    started_at: datetime = Field(default_factory=utcnow, sa_type=UTCDateTime)


async def record_start(database: Database, name: str) -> None:
    """Note that the module `name` starts now."""
    async with database.session() as session:
        # Several hosts may start at once: only one of them finds no row.
        await database.lock_until_commit(await session.connection(), f"start:{name}")
        await session.merge(ModuleStart(name=name))


async def uptime_seconds(database: Database, name: str) -> float:
    """Seconds since the module `name` was last started; 0 if it never was."""
    async with database.session() as session:
        start = await session.get(ModuleStart, name)
    return 0.0 if start is None else (utcnow() - start.started_at).total_seconds()
