"""The data: in the terms of PostgreSQL, a cluster."""

import errno
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from ai_module_runtime.postgres.binaries import MAJOR_VERSION
from ai_module_runtime.postgres.error import (
    NOT_WRITABLE,
    needs_database_url,
    not_writable,
    reason_in_log,
    system_code,
)
from ai_module_runtime.postgres.processes import is_alive

SETTINGS = (
    *("--username=postgres", "--encoding=UTF8", "--no-instructions", "--wal-segsize=4"),
    # Text is compared and sorted in the same way on every system, by code point.
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)


def hide_from_git(folder: Path) -> None:
    """Keep a new data folder out of commits, whatever the application's .gitignore says."""
    (folder / ".gitignore").write_text("*\n")


def has_cluster(data: Path) -> bool:
    """Whether the folder contains a database of this version.

    Raises:
        EmbeddedPostgresError: it contains something else.
    """
    file = data / "PG_VERSION"
    try:
        version = file.read_text().strip()
    except PermissionError:
        raise needs_database_url("other_user", f"the data in {data} belongs to another user") from None
    except FileNotFoundError:
        # Another process may create it at this moment.
        if data.exists() and any(data.iterdir()) and not file.exists():
            raise needs_database_url("data_folder", f"the folder {data} contains other files") from None
        return file.exists() and has_cluster(data)
    except OSError as error:
        raise not_writable(data, system_code(error)) from error
    if version == MAJOR_VERSION:
        return True
    reason = f"the data in {data} is of PostgreSQL {version}, and this is PostgreSQL {MAJOR_VERSION}"
    raise needs_database_url("other_version", reason)


def is_being_created(folder: Path) -> bool:
    """Whether another process is creating the database at the moment."""
    return any(pid != os.getpid() and is_alive(pid) for _, pid in _unfinished(folder))


def create_cluster(
    folder: Path,
    command: tuple[str, ...],
    env: dict[str, str],
    *,
    before: Callable[[Path], None] = lambda _: None,
    after: Callable[[Path], None] = lambda _: None,
) -> None:
    """Create a database under another name, so that an interrupted run leaves nothing that looks complete.

    Args:
        folder: will contain the folder `pg`.
        command: the command of initdb.
        env: its environment.
        before: gets the new folder before initdb.
        after: gets the new folder after initdb.
    """
    for path, pid in _unfinished(folder):
        if not is_alive(pid):
            shutil.rmtree(path, ignore_errors=True)
    fresh = folder / f"pg.new-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        fresh.mkdir(mode=0o700)
        before(fresh)
        _run((*command, "-D", str(fresh), *SETTINGS), env, folder)
        after(fresh)
        fresh.rename(folder / "pg")
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
            return  # Another process was faster.
        if error.errno in NOT_WRITABLE:
            raise not_writable(folder, system_code(error)) from error
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _unfinished(folder: Path) -> Iterator[tuple[Path, int]]:
    for path in folder.glob("pg.new-*"):
        if match := re.match(r"pg\.new-(\d+)-", path.name):
            yield path, int(match[1])


def _run(command: tuple[str, ...], env: dict[str, str], folder: Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd="/",
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        if not Path(command[0]).exists():
            raise
        raise reason_in_log("not found", folder) from None
    if done.returncode != 0:
        raise reason_in_log(done.stdout, folder)
