"""Migrations of the tables that modules declare in `models.py`: each module has a chain with its own version table.

Chains are independent, so that a module can be added, removed or broken without touching the others.
"""

import asyncio
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.errors import SchemaMissingError

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import Script

SCRIPTS = Path(__file__).parent / "scripts"
NUMBER = re.compile(r"v(\d+)_")
ResultT = TypeVar("ResultT")

logger = logging.getLogger(__name__)
# Whether Alembic works for a chain here. An application may use it too.
_is_own: ContextVar[bool] = ContextVar("is_own_migration", default=False)


@dataclass(frozen=True)
class Migrations:
    """A chain of migrations: where its files are and which tables it owns."""

    name: str
    versions: Path
    table_prefix: str
    foreign_prefixes: tuple[str, ...] = ()

    @property
    def version_table(self) -> str:
        """The table that holds the chain's current revision."""
        return f"{self.name}_version"

    def owns(self, table: str) -> bool:
        """Whether the chain creates and changes `table`."""
        is_own = table.startswith(self.table_prefix) and table != self.version_table
        return is_own and not table.startswith(self.foreign_prefixes)


def module_migrations(name: str, package: Path, modules: Iterable[str] = ()) -> Migrations:
    """The chain in the `migrations` folder of a module's package; `modules` are the names of all modules."""
    prefix = f"{name}_"
    foreign = tuple(f"{other}_" for other in modules if other.startswith(prefix))
    return Migrations(name, package / "migrations", prefix, foreign)


async def apply_module_migrations(database: Database, migrations: Migrations) -> None:
    """Bring the chain's tables up to date, in one transaction, one process at a time."""
    if not _has_files(migrations.versions):
        return
    async with database.setup_transaction() as connection:
        lock = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
        await connection.execute(lock, {"name": f"{database.schema} migrate"})
        await _run_alembic(connection, _upgrade, migrations)


async def check_module_migrations(database: Database, migrations: Migrations) -> None:
    """Check that the chain's tables are up to date, without a change.

    Raises:
        SchemaMissingError: a revision is missing.
    """
    if not _has_files(migrations.versions):
        return
    async with database.setup_transaction() as connection:
        await _run_alembic(connection, _check, migrations)


async def import_jobs(database: Database, modules: Iterable[str]) -> None:
    """Copy the jobs that modules of version 0.1 have in tables of their own, once."""
    async with database.setup_transaction() as connection:
        waiting = await connection.scalars(text("select * from modules_to_import(:names)"), {"names": list(modules)})
        names = list(waiting)
    for name in names:
        try:
            async with database.setup_transaction() as connection:
                jobs = await connection.scalar(text("select import_jobs(:name)"), {"name": name})
            logger.info("%s: %d jobs of version 0.1 copied", name, jobs)
        except DBAPIError:
            logger.exception("%s: jobs of version 0.1 not copied", name)


async def load_old_data(database: Database, file: Path) -> None:
    """Load the exported data of an embedded host of version 0.1 into the tables of modules.

    Each table is loaded once, when it exists. The first line of the file has the names of the tables, the others have rows.
    """
    try:
        async with database.setup_transaction() as connection:
            tables = await _load_tables(connection, file)
        if tables:
            logger.info("data of version 0.1 loaded: %s", ", ".join(sorted(tables)))
    except (DBAPIError, OSError, ValueError):
        logger.exception("%s: data of version 0.1 not loaded", file)


async def _load_tables(connection: AsyncConnection, file: Path) -> set[str]:
    with file.open(encoding="utf-8") as lines:
        names = json.loads(next(lines))["tables"]
        tables = set(await connection.scalars(text("select tables_to_fill(:names)"), {"names": names}))
        for line in lines if tables else ():
            if json.loads(line)["table"] in tables:
                await connection.execute(text("select import_rows(cast(:batch as json))"), {"batch": line})
    return tables


async def write_revision(database: Database, migrations: Migrations, message: str) -> Path | None:
    """Write a revision from the difference between the models and the database, and return its file.

    It is numbered, `v0002_what_changed.py`, and formatted with ruff if that is installed. Without a difference nothing
    is written.
    """
    migrations.versions.mkdir(exist_ok=True)
    async with database.setup_transaction() as connection:
        script = await _run_alembic(connection, _revise, migrations, message)
    if script is None:
        return None
    _format(Path(script.path))
    return Path(script.path)


async def _run_alembic(connection: AsyncConnection, action: Callable[..., ResultT], *arguments: Any) -> ResultT:
    """Call `action` with the connection. Alembic is imported now, in a thread: that takes long."""
    for name in ("alembic.runtime.migration", "alembic.runtime.plugins"):
        logging.getLogger(name).addFilter(_is_worth_logging)
    token = _is_own.set(True)
    try:
        await asyncio.to_thread(import_module, "alembic.command")
        return await connection.run_sync(action, *arguments)
    finally:
        _is_own.reset(token)


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """What Alembic says at each start is not: its plugins, and the kind of the database. `_log_applied` logs migrations."""
    return not _is_own.get() or record.levelno > logging.INFO


def _log_applied(*, step: Any, ctx: Any, **_: Any) -> None:
    logger.info("%s: migration %s applied", ctx.version_table.removesuffix("_version"), step.up_revision_id)


def _config(connection: Connection, migrations: Migrations) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("version_locations", str(migrations.versions).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    config.attributes.update(
        connection=connection,
        metadata=SQLModel.metadata,
        version_table=migrations.version_table,
        on_version_apply=_log_applied,
        include_object=lambda _table, name, kind, _reflected, _other: kind != "table" or migrations.owns(name),
    )
    return config


def _upgrade(connection: Connection, migrations: Migrations) -> None:
    from alembic import command

    command.upgrade(_config(connection, migrations), "head")


def _check(connection: Connection, migrations: Migrations) -> None:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    options = {"version_table": migrations.version_table}
    applied = MigrationContext.configure(connection, opts=options).get_current_heads()
    missing = set(ScriptDirectory.from_config(_config(connection, migrations)).get_heads()) - set(applied)
    if missing:
        raise SchemaMissingError(
            f"{migrations.version_table} lacks {', '.join(sorted(missing))}: run the migrations of the application"
        )


def _revise(connection: Connection, migrations: Migrations, message: str) -> "Script | None":
    from alembic import command
    from alembic.script import Script

    config, number = _config(connection, migrations), _next_number(migrations.versions)
    script = command.revision(config, message, autogenerate=True, rev_id=number)
    return script if isinstance(script, Script) else None


def _has_files(versions: Path) -> bool:
    return any(path.name != "__init__.py" for path in versions.glob("*.py"))


def _next_number(versions: Path) -> str:
    names = [path.name for path in versions.glob("*.py") if path.name != "__init__.py"]
    found = [int(match[1]) for name in names if (match := NUMBER.match(name))]
    return f"{max([len(names), *found]) + 1:04d}"


def _format(file: Path) -> None:
    if find_spec("ruff") is None:
        return
    for options in (["check", "--fix-only", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *options, str(file)], check=False)  # noqa: S603
