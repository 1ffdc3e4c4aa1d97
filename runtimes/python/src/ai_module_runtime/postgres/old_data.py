"""The data of embedded hosts of version 0.1, which was in SQLite."""

import hashlib
import os
from pathlib import Path

from ai_module_runtime.postgres.error import EmbeddedPostgresError

EXPORT = "export-0.1.jsonl"


def export_in(data_dir: Path) -> Path | None:
    """The file in the data folder with the exported data of version 0.1; None if there is none."""
    file = data_dir / EXPORT
    return file if file.exists() else None


def refuse_old_data(data_dir: Path) -> None:
    """Refuse to create a database beside data of version 0.1 that would be ignored.

    Raises:
        EmbeddedPostgresError: the data was not exported, or has changed since then.
    """
    data = data_dir / "app.db"
    has_database = any(os.path.exists(data_dir / name) for name in ("pg", "pg-location"))
    if has_database or not os.path.exists(data):
        return
    file = export_in(data_dir)
    if file is None or not _is_current(file, data):
        raise _keep_or_move(data, is_exported=file is not None)


def _is_current(file: Path, data: Path) -> bool:
    """The header of the export names the state of the data. SQLite keeps recent changes in a second file."""
    state = hashlib.sha256()
    for part in (data, data.with_name(f"{data.name}-wal")):
        if part.exists():
            with part.open("rb") as content:
                while block := content.read(1 << 20):
                    state.update(block)
    with file.open("rb") as content:
        return state.hexdigest().encode() in content.read(200)


def _keep_or_move(data: Path, *, is_exported: bool) -> EmbeddedPostgresError:
    """The same words as in the Node runtime."""
    state = "has changed since it was exported" if is_exported else "was not exported"
    return EmbeddedPostgresError(
        "old_data",
        f"{data} has data of version 0.1 that {state}. To keep it, go back to the commit before `create-ai-module update "
        "--host`, install the dependencies of that commit, run `npx create-ai-module host export-data`, and update again. "
        f"To start without it, move {data} to another folder.",
    )
