"""Hosts as processes: how they start, stop, and go on after their database was killed."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest

from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.store import Store
from ai_module_runtime.postgres import start_embedded_postgres
from ai_module_runtime.postgres.embedded import url_of
from ai_module_runtime.postgres.shared_server import read_pid_file

from .postgres.host import command_of, eventually, kill, processes_with, query, server_of

ROOT = Path(__file__).parents[1]


class Running:
    """A host that runs."""

    def __init__(self, tmp_path: Path, **env: str) -> None:
        self.output = tmp_path / f"{uuid4()}.log"
        variables = {
            "PORT": "0",
            "AI_LOG_LEVEL": "INFO",
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            **env,
        }
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.process_host"],
                cwd=ROOT,
                env={**os.environ, **variables},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        return self.output.read_text()

    def url(self) -> str:
        """Where it listens."""
        eventually(lambda: "listening on" in self.log or self.process.poll() is not None)
        found = re.search(r'listening on (http:[^\s"]+)', self.log)
        assert found, self.log
        return found[1]

    def healthy(self) -> bool:
        with urlopen(f"{self.url()}/health") as answer:  # noqa: S310
            return bool(json.load(answer)["status"] == "healthy")

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Any]:
    started: list[Running] = []

    def start(**env: str) -> Running:
        started.append(Running(tmp_path, **env))
        return started[-1]

    yield start
    for host in started:
        host.process.kill()
        host.process.wait()
    for pid in server_processes(tmp_path):
        kill(pid)


def parent_of(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def server_processes(folder: Path) -> list[int]:
    """The server, its processes for connections, and the supervisor."""
    parents = [pid for pid in processes_with(str(folder)) if pid != os.getpid()]
    return [*parents, *(pid for pid in processes_with("postgres:") if parent_of(pid) in parents)]


def on_database(folder: Path, function: Any) -> Any:
    """The result of a function of the store, on a connection of its own."""

    async def run() -> Any:
        found = read_pid_file(folder / "pg")
        assert found
        assert found.run
        database = Database(url_of(str(found.run / "s"), "postgres"))
        try:
            return await function(Store(database))
        finally:
            await database.close()

    return asyncio.run(run())


def submit(folder: Path, **work: Any) -> str:
    job_id = str(uuid4())
    on_database(folder, lambda store: store.add_job(job_id, "sample", "alice", work, max_active=100))
    return job_id


def has_status(folder: Path, job_id: str, status: str) -> bool:
    job = on_database(folder, lambda store: store.get_job(job_id))
    return bool(job.status == status)


def test_ends_in_time_with_an_exit_code_while_the_database_hangs_and_a_job_runs(hosts: Any, tmp_path: Path) -> None:
    host = hosts(AI_DATA_DIR=str(tmp_path))
    host.url()
    job = submit(tmp_path, sleep=60)
    eventually(lambda: has_status(tmp_path, job, "processing"))
    frozen = server_processes(tmp_path)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    began = monotonic()
    code = host.end()
    # It takes at most 15 seconds; the rest is for a slow machine.
    assert monotonic() - began < 50
    assert code in (0, 1)
    for pid in frozen:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    eventually(lambda: not server_processes(tmp_path))


def test_lets_running_jobs_end_within_the_grace_time(hosts: Any, tmp_path: Path) -> None:
    first = hosts(AI_DATA_DIR=str(tmp_path))
    first.url()
    job = submit(tmp_path, sleep=1)
    eventually(lambda: has_status(tmp_path, job, "processing"))
    assert first.end() == 0
    hosts(AI_DATA_DIR=str(tmp_path)).url()
    found = on_database(tmp_path, lambda store: store.get_job(job))
    assert (found.status, found.attempt) == ("completed", 1)


@pytest.mark.parametrize("everything", [True, False], ids=["all", "without the reader of the pipe"])
def test_starts_a_database_again_that_was_killed_with_its_supervisor(
    hosts: Any, tmp_path: Path, everything: bool
) -> None:
    both = [hosts(AI_DATA_DIR=str(tmp_path)) for _ in range(2)]
    for host in both:
        host.url()
    before = server_of(tmp_path)
    supervisors = [pid for pid in processes_with(str(tmp_path)) if command_of(pid).startswith("/bin/sh")]
    for pid in [*(supervisors if everything else [parent_of(before)]), before]:
        kill(pid)
    for host in both:
        eventually(host.healthy)
    job = submit(tmp_path)
    eventually(lambda: has_status(tmp_path, job, "completed"))
    assert server_of(tmp_path) != before
    assert [host.end() for host in both] == [0, 0]
    eventually(lambda: not server_processes(tmp_path))


def test_waits_for_a_database_that_starts_later_and_reports_it_in_one_line(hosts: Any, tmp_path: Path) -> None:
    server = start_embedded_postgres(tmp_path, "a")
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    host = hosts(AI_DATABASE_URL=f"postgresql://postgres@127.0.0.1:{port}/postgres")
    line = f"database: 127.0.0.1:{port}/postgres is unavailable: connection refused"
    eventually(lambda: line in host.log)
    with forwarded(port, f"{server.host}/.s.PGSQL.5432"):
        host.url()
        assert host.log.count(line) == 1
        assert host.end() == 0
    server.stop()


def test_reports_a_role_or_database_that_is_refused_in_one_sentence(hosts: Any, tmp_path: Path) -> None:
    server = start_embedded_postgres(tmp_path, "a")
    query(server.url, "create role ada login password 'correct-horse'")
    hba = server.folder / "pg/pg_hba.conf"
    hba.write_text(f"local all ada scram-sha-256\nlocal all bob reject\n{hba.read_text()}")
    query(server.url, "select pg_reload_conf()")
    for user, database, sentence in (
        ("ada:wrong-horse", "postgres", 'password authentication failed for user "ada"'),
        ("ada", "postgres", 'password authentication failed for user "ada"'),
        ("bob", "postgres", 'pg_hba.conf rejects connection for host "[local]", user "bob"'),
        ("postgres", "nowhere", 'database "nowhere" does not exist'),
    ):
        host = hosts(AI_DATABASE_URL=f"postgresql://{user}@/{database}?host={server.host}")
        assert host.process.wait(60) == 1
        line = f"database: {server.host}:5432/{database} is unavailable: {sentence}"
        [logged, reported] = host.log.splitlines()
        assert json.loads(logged)["message"].startswith(line)
        assert reported.startswith(line)
        assert host.log.endswith(". Check AI_DATABASE_URL.\n")
        assert "horse" not in host.log
    server.stop()


@contextlib.contextmanager
def forwarded(port: int, path: str) -> Iterator[None]:
    """A TCP port that leads to a socket."""

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(path)
        await asyncio.gather(copy(reader, to_server), copy(from_server, writer))

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve() -> None:
        async with await asyncio.start_server(forward, "127.0.0.1", port):
            await ended.wait()

    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
