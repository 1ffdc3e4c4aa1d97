"""Several processes of one host share a server."""

import contextlib
import os
import re
import secrets
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

from ai_module_runtime.postgres.error import EmbeddedPostgresError
from ai_module_runtime.postgres.processes import is_alive, is_process_of, poll, send_signal
from ai_module_runtime.postgres.run_folder import has_supervisor, is_run_folder, is_supervisor_killed


@dataclass(frozen=True)
class PidFile:
    """What `postmaster.pid` in the data folder says: PostgreSQL creates it, for one server at a time."""

    text: str
    pid: int
    run: Path | None
    """None while the server starts."""
    is_ready: bool


@dataclass(frozen=True)
class Member:
    """A process that uses the server."""

    run: Path
    id: str
    pipe: int


def read_pid_file(data: Path) -> PidFile | None:
    """Read the file of the server that runs, or ran."""
    try:
        text = (data / "postmaster.pid").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    lines = [*text.split("\n"), *[""] * 8]
    run = Path(lines[4]).parent if lines[4] else None
    pid = int(lines[0]) if lines[0].isdecimal() else 0
    return PidFile(text, pid, run, lines[7].strip() == "ready")


def register(run: Path, pipe: int) -> Member | None:
    """Register this process. None: the supervisor has ended or is ending."""
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    file = run / name

    def is_registered() -> bool | None:
        if file.exists():
            return True
        return None if has_supervisor(run) else file.exists()

    # The supervisor answers with a file: after this, it can't miss that the pipe is open.
    with contextlib.suppress(OSError):
        os.write(pipe, f"{name}\n".encode())
        if poll(10, is_registered):
            return Member(run, name, pipe)
    os.close(pipe)
    return None


def join_server(found: PidFile, data: Path, application: str) -> Member | None:
    """Join the server of another process of the same application.

    Raises:
        EmbeddedPostgresError: another application uses it.
    """
    run = found.run
    if run is None or not is_run_folder(run) or is_supervisor_killed(run):
        return None
    try:
        pipe = os.open(run / "members", os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        owner = (run / "application").read_text(encoding="utf-8").strip()
    except OSError:
        os.close(pipe)
        return None
    if owner == application:
        return register(run, pipe)
    os.close(pipe)
    if not _has_members(run):
        return None  # It is about to end.
    problem = f"The database in {data} is in use by another application, {owner}."
    raise EmbeddedPostgresError("other_application", f"{problem} Set AI_DATA_DIR to a folder of this application.")


def is_lost(member: Member, data: Path) -> bool:
    """Whether both the server and its supervisor were killed: nobody starts the server again."""
    found = read_pid_file(data)
    if found and found.run == member.run and is_process_of(found.pid, data):
        return False
    return not member.run.exists() or is_supervisor_killed(member.run)


def abandon(member: Member) -> None:
    """Stop using a server, without waiting for its end."""
    (member.run / member.id).unlink(missing_ok=True)
    os.close(member.pipe)


def leave(member: Member, seconds: float) -> None:
    """Return after the server ended, if this was the last process that used it, or after some seconds."""
    abandon(member)
    if not _has_members(member.run):
        poll(seconds, lambda: None if member.run.exists() else True)


def clear(found: PidFile, data: Path) -> None:
    """Stop a server without a supervisor, and remove what stopped servers left. Then the next one can start."""

    def is_orphan() -> bool:
        now = read_pid_file(data)
        return now is not None and now.pid == found.pid and is_process_of(found.pid, data)

    for number, seconds in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if not is_orphan():
            break
        send_signal(found.pid, number)
        poll(seconds, lambda: None if is_orphan() else True)
    if found.run and is_run_folder(found.run):
        shutil.rmtree(found.run, ignore_errors=True)
    # PostgreSQL trusts the process id alone, which may be another program's by now.
    if found.pid and is_alive(found.pid) and not is_process_of(found.pid, data):
        _set_pid_file_aside(found, data)


def _has_members(run: Path) -> bool:
    try:
        names = os.listdir(run)
    except OSError:
        return False
    matches = (re.match(r"(\d+)-", name) for name in names)
    return any(is_alive(int(match[1])) for match in matches if match)


def _set_pid_file_aside(found: PidFile, data: Path) -> None:
    file = data / "postmaster.pid"
    aside = data / f"postmaster.pid.{os.getpid()}-{secrets.token_hex(4)}"
    try:
        file.rename(aside)
    except OSError:
        return
    # A server that started at this moment gets its file back.
    if aside.read_text(encoding="utf-8", errors="surrogateescape") != found.text and not file.exists():
        aside.rename(file)
    else:
        aside.unlink()
