"""A private PostgreSQL that ends with its host."""

import os
import re
import shutil
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ai_module_runtime.postgres.binaries import Binaries, find_binaries
from ai_module_runtime.postgres.cluster import create_cluster, has_cluster, is_being_created
from ai_module_runtime.postgres.error import needs_database_url, not_writable, reason_in_log, system_code
from ai_module_runtime.postgres.privileges import Privileges, choose_place, choose_privileges
from ai_module_runtime.postgres.processes import is_alive, is_server_of, poll
from ai_module_runtime.postgres.run_folder import create_run_folder
from ai_module_runtime.postgres.shared_server import (
    Member,
    PidFile,
    clear,
    has_supervisor,
    join_server,
    leave,
    read_pid_file,
    register,
)
from ai_module_runtime.postgres.supervisor import start_supervisor

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "32MB",
    # Small and quiet: no replication, no helper processes that a developer's machine doesn't need.
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "min_wal_size": "16MB",
    "max_wal_size": "256MB",
    "huge_pages": "off",
    "jit": "off",
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

TEMPORARY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A running server. It ends with the last process that uses it, also without `stop`."""

    def __init__(self, member: Member, folder: Path, *, is_owner: bool) -> None:
        self.host = str(member.run / "s")
        """The folder of the socket."""
        self.port = 5432
        self.user = "postgres"
        self.database = "postgres"
        self.url = url_of(self.host, self.database)
        """Connects asyncpg, psycopg and SQLAlchemy (with its own scheme) through the socket."""
        self.folder = folder
        """The folder that contains `pg`."""
        self.is_owner = is_owner
        """Whether this call started the server."""
        self._member: Member | None = member
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Return after the server ended, if no other process of the host uses it."""
        with self._lock:
            if self._member:
                leave(self._member)
            self._member = None


@dataclass(frozen=True)
class _Server:
    data_dir: Path
    folder: Path
    binaries: Binaries
    privileges: Privileges
    application: str
    is_temporary: bool
    end: float

    @property
    def data(self) -> Path:
        return self.folder / "pg"


def start_embedded_postgres(
    data_dir: Path,
    application: str,
    *,
    report: Callable[[str], None] = warnings.warn,
    is_temporary: bool = False,
    timeout_seconds: float = 60,
) -> EmbeddedPostgres:
    """Start a private PostgreSQL that ends with the last process of the host, or join it.

    Args:
        data_dir: the host's data folder, usually `.data`. The database is in its folder `pg`.
        application: identifies the host. Its processes share one server; another application is refused.
        report: gets a message if the data is in another folder than `data_dir`.
        is_temporary: faster, but a crash of the machine may damage the data: for tests. The folder is removed when the
            server ends.
        timeout_seconds: how long the server may take until it is ready.

    Raises:
        EmbeddedPostgresError: it can't run here.
    """
    if sys.platform == "win32":
        raise needs_database_url("binaries_unusable", "it runs on Linux and macOS only")
    given = Path(os.path.abspath(data_dir))
    privileges = choose_privileges(given)
    data_dir = _create_folder(given, privileges)
    place = choose_place(data_dir, find_binaries(), privileges, report)
    end = time.monotonic() + timeout_seconds
    server = _Server(data_dir, place.folder, place.binaries, privileges, application, is_temporary, end)
    started = _start_or_join(server)
    if started is None:
        raise needs_database_url("timeout", f"it was not ready after {timeout_seconds:g} seconds")
    member, is_owner = started
    return EmbeddedPostgres(member, place.folder, is_owner=is_owner)


def url_of(socket_folder: str, database: str) -> str:
    """The URL of a database on the socket in a folder."""
    return f"postgresql://postgres@/{quote(database, safe='')}?host={quote(socket_folder, safe='')}"


def _start_or_join(server: _Server) -> tuple[Member, bool] | None:
    while time.monotonic() < server.end:
        found = read_pid_file(server.data) if has_cluster(server.data) else None
        member = join_server(found, server.data, server.application) if found else None
        if member:
            if _becomes_ready(member, server):
                return member, False
            leave(member)
        if member or is_being_created(server.folder) or (found and _is_starting(found, server.data)):
            time.sleep(0.02)
            continue
        if found:
            clear(found, server.data)
        owner = _start(server)
        if owner:
            return owner, True
        time.sleep(0.02)
    return None


def _is_starting(found: PidFile, data: Path) -> bool:
    """Whether another process is starting or stopping the server at the moment."""
    if found.run:
        return has_supervisor(found.run)
    # PostgreSQL writes the file in several steps.
    if not is_server_of(found.pid, data):
        return False

    def has_changed() -> bool | None:
        now = read_pid_file(data)
        return None if now and now.text == found.text else True

    return poll(5, has_changed) is True


def _start(server: _Server) -> Member | None:
    """None: another process was faster."""
    binaries, privileges = server.binaries, server.privileges
    run = create_run_folder(server.data_dir, server.application, binaries, privileges)
    try:
        if not has_cluster(server.data):
            create_cluster(server.folder, binaries, privileges, run / "lib")
        settings = {**SETTINGS, **(TEMPORARY_SETTINGS if server.is_temporary else {})}
        parameters = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = (
            *privileges.prefix,
            str(binaries.postgres),
            "-D",
            str(server.data),
            "-k",
            str(run / "s"),
            *parameters,
        )
        remove = str(server.folder) if server.is_temporary else ""
        pipe = start_supervisor(run, server.data, command, remove)
    except BaseException:
        shutil.rmtree(run, ignore_errors=True)
        raise
    member = register(run, pipe)
    if member is None:
        return None
    if _becomes_ready(member, server):
        return member
    log = (run / "log").read_text(encoding="utf-8", errors="replace")
    has_ended = (run / "exit").exists()
    os.close(pipe)
    # Two servers started at once, or processes of a killed server are about to end.
    is_transient = re.search(r"lock file .*(already exists|is empty)|pre-existing shared memory block", log)
    if not has_ended or is_transient:
        return None
    raise reason_in_log(log, server.folder)


def _becomes_ready(member: Member, server: _Server) -> bool:
    run = member.run

    def state() -> bool | None:
        found = read_pid_file(server.data)
        if found and found.run == run and found.is_ready and is_alive(found.pid):
            return True
        return False if (run / "exit").exists() or not run.exists() else None

    if not poll(server.end - time.monotonic(), state):
        return False
    (run / "ready").touch()
    return True


def _create_folder(path: Path, privileges: Privileges) -> Path:
    # Without the capability, the server enters the folder by its permissions. The data itself is 0700.
    mode = 0o711 if privileges.account and not privileges.enters_all else 0o700
    try:
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=mode, exist_ok=True)
        return path.resolve()
    except OSError as error:
        raise not_writable(path, system_code(error)) from error
