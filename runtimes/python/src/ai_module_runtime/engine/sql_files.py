"""The SQL files of the runtime, which both languages use."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FUNCTIONS = "functions.sql"
# What is missing, and what is not permitted.
ACCESS = "access.sql"
LEDGER_TABLE = "applied_migrations"
_CREATED = re.compile(r"^create (?:table|or replace function) (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Migration:
    """SQL that is applied once. `name` is the file's name in the ledger."""

    name: str
    sql: str


@cache
def runtime_migrations() -> tuple[Migration, ...]:
    """The numbered files, and the functions under a name that changes with their text."""
    folder = sql_folder()
    numbered = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    functions = (folder / FUNCTIONS).read_bytes()
    digest = hashlib.sha256(functions).hexdigest()[:12]
    return (
        *(Migration(file.name, file.read_text(encoding="utf-8")) for file in numbered),
        Migration(f"{FUNCTIONS}@{digest}", functions.decode()),
    )


def created_by(migrations: Iterable[Migration]) -> list[str]:
    """Names of the tables and functions that the runtime's files create."""
    return [name for migration in migrations for name in _CREATED.findall(migration.sql)]


@cache
def read_sql(name: str) -> str:
    """The text of a file."""
    return (sql_folder() / name).read_text(encoding="utf-8")


def sql_folder() -> Path:
    """The folder of the SQL files: in the package, or beside it in a checkout of the source."""
    package = Path(__file__).resolve().parents[1]
    candidates = (package / "sql", package.parents[2] / "sql")
    return next((folder for folder in candidates if (folder / FUNCTIONS).is_file()), candidates[0])
