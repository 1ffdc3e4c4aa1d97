"""A private PostgreSQL that ends with its host."""

import os
import re
import shutil
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from ai_module_runtime.postgres.binaries import Binaries, find_binaries
from ai_module_runtime.postgres.cluster import create_cluster, has_cluster, hide_from_git, is_being_created
from ai_module_runtime.postgres.error import (
    EmbeddedPostgresError,
    needs_database_url,
    not_writable,
    reason_in_log,
    system_code,
)
from ai_module_runtime.postgres.privileges import Privileges, choose_place, choose_privileges, give_to
from ai_module_runtime.postgres.processes import is_alive, is_process_of, poll
from ai_module_runtime.postgres.run_folder import create_run_folder, has_supervisor
from ai_module_runtime.postgres.server import STOP_SECONDS, EmbeddedPostgres
from ai_module_runtime.postgres.settings import parameters_of
from ai_module_runtime.postgres.shared_server import (
    Member,
    PidFile,
    abandon,
    clear,
    is_lost,
    join_server,
    leave,
    read_pid_file,
    register,
)
from ai_module_runtime.postgres.supervisor import start_supervisor
from ai_module_runtime.postgres.tcp_server import start_tcp_server

WATCH_SECONDS = 1.0


@dataclass(frozen=True)
class _Server:
    data_dir: Path
    folder: Path
    binaries: Binaries
    privileges: Privileges
    application: str
    is_temporary: bool
    end: float = 0.0

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

    If the server and its supervisor are killed, the processes of the host start it again, at another address.

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
        return start_tcp_server(data_dir, application, is_temporary=is_temporary, timeout_seconds=timeout_seconds)
    given = Path(os.path.abspath(data_dir))
    privileges = choose_privileges(given)
    data_dir = _create_folder(given, privileges)
    place = choose_place(data_dir, find_binaries(), privileges, report)
    server = _Server(data_dir, place.folder, place.binaries, privileges, application, is_temporary)
    member, is_owner = _start_or_join(server, timeout_seconds)
    return _Membership(member, server, timeout_seconds, report).start(is_owner=is_owner)


def url_of(socket_folder: str, database: str) -> str:
    """The URL of a database on the socket in a folder."""
    return f"postgresql://postgres@/{quote(database, safe='')}?host={quote(socket_folder, safe='')}"


class _Membership:
    """This process as a user of the server: starts or joins the next server if this one is lost."""

    def __init__(self, member: Member, server: _Server, seconds: float, report: Callable[[str], None]) -> None:
        self._member: Member | None = member
        self._server = server
        self._seconds = seconds
        self._report = report
        self._failure = ""
        self._ending = threading.Event()
        # A daemon: it doesn't keep a process that forgets to stop the server.
        self._thread = threading.Thread(target=self._watch, name="ai-postgres", daemon=True)

    def start(self, *, is_owner: bool) -> EmbeddedPostgres:
        """Begin to watch the server."""
        host, url = self._address()
        self._started = EmbeddedPostgres(url, host, 5432, self._server.folder, is_owner=is_owner, end=self._end)
        self._thread.start()
        return self._started

    def _address(self) -> tuple[str, str]:
        host = str(self._member.run / "s") if self._member else ""
        return host, url_of(host, "postgres")

    def _watch(self) -> None:
        while not self._ending.wait(WATCH_SECONDS):
            is_needed = self._member is None or is_lost(self._member, self._server.data)
            # Without its data, the server has nothing to start with.
            if is_needed and (self._server.data / "PG_VERSION").exists():
                self._restart()

    def _restart(self) -> None:
        if self._member:
            abandon(self._member)
            self._member = None
        try:
            self._member, _ = _start_or_join(self._server, self._seconds)
        except (EmbeddedPostgresError, OSError) as error:
            # Tried again a second later.
            if str(error) != self._failure:
                self._report(str(error))
            self._failure = str(error)
            return
        self._started.host, self._started.url = self._address()
        self._report("The embedded PostgreSQL was killed with its supervisor and runs again.")

    def _end(self, seconds: float) -> None:
        self._ending.set()
        self._thread.join(seconds)
        if self._member:
            leave(self._member, seconds)


def _start_or_join(server: _Server, seconds: float) -> tuple[Member, bool]:
    server = replace(server, end=time.monotonic() + seconds)
    while time.monotonic() < server.end:
        found = read_pid_file(server.data) if has_cluster(server.data) else None
        member = join_server(found, server.data, server.application) if found else None
        if member:
            if _becomes_ready(member, server):
                return member, False
            leave(member, STOP_SECONDS)
        if member or is_being_created(server.folder) or (found and _is_starting(found, server.data)):
            time.sleep(0.02)
            continue
        if found:
            clear(found, server.data)
        owner = _start(server)
        if owner:
            return owner, True
        time.sleep(0.02)
    raise needs_database_url("timeout", f"it was not ready after {seconds:g} seconds")


def _is_starting(found: PidFile, data: Path) -> bool:
    """Whether another process is starting or stopping the server at the moment."""
    if found.run:
        return has_supervisor(found.run)
    # PostgreSQL writes the file in several steps.
    if not is_process_of(found.pid, data):
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
            libraries = str(run / "lib")
            create_cluster(
                server.folder,
                (*privileges.prefix, str(binaries.initdb), "--auth=trust"),
                {"PATH": _path(), "LC_ALL": "C", "LD_LIBRARY_PATH": libraries, "DYLD_LIBRARY_PATH": libraries},
                before=lambda fresh: give_to(privileges, fresh),
            )
        parameters = parameters_of(is_temporary=server.is_temporary)
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


def _path() -> str:
    return os.environ.get("PATH", "/usr/bin:/bin")


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
        if missing:
            hide_from_git(path)
        return path.resolve()
    except OSError as error:
        raise not_writable(path, system_code(error)) from error
