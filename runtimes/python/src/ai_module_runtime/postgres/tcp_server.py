"""The embedded database on Windows, where sockets and pipes have no place in a folder.

It listens on the loopback address, with a random password. It ends with the process that started it, also if others
joined. Its tests run on Linux: it was not tried on Windows.
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ai_module_runtime.postgres.binaries import Binaries, find_binaries
from ai_module_runtime.postgres.cluster import create_cluster, has_cluster, hide_from_git, is_being_created
from ai_module_runtime.postgres.error import (
    EmbeddedPostgresError,
    needs_database_url,
    not_writable,
    reason_in_log,
    system_code,
)
from ai_module_runtime.postgres.processes import is_alive
from ai_module_runtime.postgres.server import EmbeddedPostgres
from ai_module_runtime.postgres.settings import parameters_of
from ai_module_runtime.postgres.shared_server import read_pid_file

SUPERVISOR_SCRIPT = "import subprocess, sys; sys.stdin.buffer.read(); subprocess.run(sys.argv[1:], check=False)"
"""Stops the server when the host's end of the pipe closes."""


@dataclass(frozen=True)
class _Owner:
    """The process that started the server: the server's command line names it."""

    application: str
    port: int
    pid: int


@dataclass(frozen=True)
class _Server:
    folder: Path
    binaries: Binaries
    application: str
    is_temporary: bool
    timeout_seconds: float

    @property
    def data(self) -> Path:
        return self.folder / "pg"

    @property
    def stop_command(self) -> tuple[str, ...]:
        return (str(self.binaries.pg_ctl), "stop", "-s", "-m", "fast", "-D", str(self.data))


def start_tcp_server(
    data_dir: Path, application: str, *, is_temporary: bool, timeout_seconds: float
) -> EmbeddedPostgres:
    """Start the server or join it. The arguments are those of `start_embedded_postgres`."""
    folder = Path(os.path.abspath(data_dir))
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if is_new:
            hide_from_git(folder)
    except OSError as error:
        raise not_writable(folder, system_code(error)) from error
    server = _Server(folder.resolve(), find_binaries(), application, is_temporary, timeout_seconds)
    end = time.monotonic() + timeout_seconds
    while time.monotonic() < end:
        if is_being_created(server.folder):
            time.sleep(0.02)
            continue
        if not has_cluster(server.data):
            _create(server)
        joined = _join(server)
        if joined:
            return joined
        started = _start(server)
        if started:
            return started
        time.sleep(0.05)
    raise needs_database_url("timeout", f"it was not ready after {timeout_seconds:g} seconds")


def _create(server: _Server) -> None:
    file = server.folder / f"pg-password-{os.getpid()}"
    file.touch(mode=0o600)
    file.write_text(secrets.token_hex(24))
    command = (str(server.binaries.initdb), "--auth=scram-sha-256", f"--pwfile={file}")
    try:
        create_cluster(
            server.folder,
            command,
            {**os.environ, "LC_ALL": "C"},
            after=lambda fresh: os.replace(file, _password_file(fresh)),
        )
    finally:
        file.unlink(missing_ok=True)


def _join(server: _Server) -> EmbeddedPostgres | None:
    found = read_pid_file(server.data)
    if not found or not found.is_ready or not is_alive(found.pid):
        return None
    owner = _read_owner(server)
    if not owner or not is_alive(owner.pid):
        # The server of a host that was killed together with its supervisor.
        _execute(*server.stop_command)
        return None
    if owner.application != server.application:
        problem = f"The database in {server.data} is in use by another application, {owner.application}."
        raise EmbeddedPostgresError("other_application", f"{problem} Set AI_DATA_DIR to a folder of this application.")
    return EmbeddedPostgres(
        _url(server, owner.port), "127.0.0.1", owner.port, server.folder, is_owner=False, end=lambda _seconds: None
    )


def _start(server: _Server) -> EmbeddedPostgres | None:
    """None: another process was faster."""
    port = _free_port()
    file = _owner_file(server, os.getpid())
    file.touch(mode=0o600)
    file.write_text(json.dumps({"application": server.application, "pid": os.getpid(), "port": port}), encoding="utf-8")
    log = server.folder / f"pg-{os.getpid()}.log"

    def remove_files() -> None:
        for path in (file, log):
            path.unlink(missing_ok=True)

    parameters = parameters_of(
        is_temporary=server.is_temporary,
        listen_addresses="127.0.0.1",
        port=str(port),
        unix_socket_directories="",
        cluster_name=f"ai-owner-{os.getpid()}",
    )
    pid_file = server.data / "postmaster.pid"
    has_pid_file = pid_file.exists()
    start = (str(server.binaries.pg_ctl), "start", "-s", "-w", "-t", f"{server.timeout_seconds:.0f}", "-l", str(log))
    if _execute(*start, "-D", str(server.data), "-o", " ".join(parameters)) != 0:
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        remove_files()
        if re.search(r"lock file .*(already exists|is empty)|pre-existing shared memory", text):
            return None
        # pg_ctl ends without a log while another process writes its file.
        if text == "" and (has_pid_file or pid_file.exists()):
            return None
        raise reason_in_log(text, server.folder)
    supervisor = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", SUPERVISOR_SCRIPT, *server.stop_command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )

    def end(_seconds: float) -> None:
        supervisor.communicate()
        remove_files()
        if server.is_temporary:
            shutil.rmtree(server.folder, ignore_errors=True)

    return EmbeddedPostgres(_url(server, port), "127.0.0.1", port, server.folder, is_owner=True, end=end)


def _url(server: _Server, port: int) -> str:
    password = _password_file(server.data).read_text().strip()
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"


def _password_file(data: Path) -> Path:
    return data / "ai-password"


def _owner_file(server: _Server, pid: int) -> Path:
    return server.folder / f"pg-owner-{pid}.json"


def _read_owner(server: _Server) -> _Owner | None:
    try:
        pid = re.search(r"ai-owner-(\d+)", (server.data / "postmaster.opts").read_text(encoding="utf-8"))
        return _Owner(**json.loads(_owner_file(server, int(pid[1])).read_text(encoding="utf-8"))) if pid else None
    except (OSError, ValueError, TypeError):
        return None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _execute(*command: str) -> int:
    return subprocess.run(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    ).returncode
