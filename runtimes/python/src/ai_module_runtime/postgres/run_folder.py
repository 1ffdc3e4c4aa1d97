"""A short private folder for one run of the server: the path of a socket may have about 100 characters.

- `s/` contains the socket
- `lib/` contains links to the libraries
- `members` is a named pipe that each process of the host keeps open; the server ends when the last one closes it
- `<process id>-<random>` is a process that uses the server
- `application` is the host's name
- `supervisor` contains the process id of the supervisor
- `ready` exists once the server was ready, `exit` if it ended before
"""

import contextlib
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

from ai_module_runtime.postgres.binaries import Binaries, link_libraries
from ai_module_runtime.postgres.error import needs_database_url, system_code
from ai_module_runtime.postgres.privileges import Privileges, can_enter, give_to
from ai_module_runtime.postgres.processes import is_process_of

PREFIX = "ai-pg-"
LONGEST = 103 - len("/s/.s.PGSQL.5432")


def is_run_folder(path: Path) -> bool:
    """Whether `create_run_folder` made the folder: nothing else is ever used or removed."""
    try:
        stats = path.lstat()
    except OSError:
        return False
    owner = os.geteuid()
    return path.name.startswith(PREFIX) and stat.S_ISDIR(stats.st_mode) and (stats.st_uid == owner or owner == 0)


def has_supervisor(run: Path) -> bool:
    """Whether the supervisor still listens: it closes its end of the pipe before it stops the server."""
    if is_supervisor_killed(run):
        return False
    try:
        os.close(os.open(run / "members", os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def is_supervisor_killed(run: Path) -> bool:
    """Whether the supervisor ended without removing the folder. A child of it may still read the pipe."""
    try:
        pid = int((run / "supervisor").read_text())
    except (OSError, ValueError):
        return False  # It is starting, or has removed the folder.
    return not is_process_of(pid, run)


def create_run_folder(data_dir: Path, application: str, binaries: Binaries, privileges: Privileges) -> Path:
    """Create the folder in the first place that can be used.

    Raises:
        EmbeddedPostgresError: no place can be used.
    """
    temporary = _temporary_folder()
    problem = "ENAMETOOLONG"
    for parent in dict.fromkeys((temporary, Path("/tmp"), data_dir)):  # noqa: S108
        _remove_stale(parent)
        if len(os.fsencode(parent)) + len(PREFIX) + 9 > LONGEST:
            continue
        made: Path | None = None
        try:
            made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            _fill(made, application, binaries, privileges)
            if privileges.enters_all or can_enter(made / "s", privileges.account):
                return made
            problem = "EACCES"
        except OSError as error:
            problem = system_code(error)
        if made:
            shutil.rmtree(made, ignore_errors=True)
    raise needs_database_url("temporary_folder", f"the temporary folder {temporary} can't be used ({problem})")


def _remove_stale(parent: Path) -> None:
    """Remove what a host left that was killed before it started the supervisor."""
    hour_ago = time.time() - 3600
    with contextlib.suppress(OSError):
        for path in parent.glob(f"{PREFIX}*"):
            if is_run_folder(path) and path.lstat().st_mtime < hour_ago and not has_supervisor(path):
                shutil.rmtree(path, ignore_errors=True)


def _temporary_folder() -> Path:
    """Like `tempfile.gettempdir`, which fails if no folder can be written to."""
    return Path(next((os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)), "/tmp"))  # noqa: S108


def _fill(path: Path, application: str, binaries: Binaries, privileges: Privileges) -> None:
    # PostgreSQL writes a file beside its socket: find out here whether the folder has space for it.
    (path / "application").write_text(application.ljust(8192, "\n"), encoding="utf-8")
    (path / "s").mkdir(mode=0o700)
    give_to(privileges, path / "s")
    if not privileges.enters_all:
        give_to(privileges, path)
    link_libraries(binaries, path / "lib")
