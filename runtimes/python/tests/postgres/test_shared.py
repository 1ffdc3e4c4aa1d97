import os
import signal
import tempfile
import time
from pathlib import Path

from ai_module_runtime.postgres import start_embedded_postgres
from tests.postgres.host import (
    NIGHTLY,
    Hosts,
    command_of,
    eventually,
    kill,
    no_process_with,
    processes_with,
    query,
    server_of,
)


def test_shares_one_server_between_four_processes_that_start_at_once(hosts: Hosts) -> None:
    data_dir = hosts.folder()
    processes = [hosts.launch(data_dir) for _ in range(4)]
    started = [hosts.wait(process) for process in processes]
    assert [host.message for host in started] == [None] * 4
    assert sum(host.is_owner for host in started) == 1
    assert len({host.url for host in started}) == 1
    # The server outlives the process that started it.
    [owner] = [host for host in started if host.is_owner]
    owner.end(signal.SIGKILL)
    one, two, three = [host for host in started if not host.is_owner]
    one.end()
    time.sleep(0.3)
    assert query(two.url, "select 1 as one") == [{"one": 1}]
    two.end(signal.SIGKILL)
    three.end()
    assert not Path(three.host).parent.exists()
    assert os.listdir(data_dir) == ["pg"]
    no_process_with(data_dir)


def test_refuses_a_second_application_on_the_same_folder_until_the_first_one_ends(hosts: Hosts) -> None:
    data_dir = hosts.data_folder()
    first = hosts.start(data_dir, application="/srv/first")
    second = hosts.start(data_dir, application="/srv/second")
    assert second.code == "other_application"
    assert second.message == (
        f"The database in {data_dir}/pg is in use by another application, /srv/first. "
        "Set AI_DATA_DIR to a folder of this application."
    )
    query(first.url, "select 1")
    first.end(signal.SIGKILL)
    start_embedded_postgres(data_dir, "/srv/second").stop()


def test_ends_the_server_after_kill_9_of_the_host_and_starts_again_at_once(hosts: Hosts) -> None:
    data_dir = hosts.data_folder()
    for number in range(20 if NIGHTLY else 2):
        host = hosts.start(data_dir)
        assert host.message is None
        query(host.url, "create table if not exists kept (number int)")
        query(host.url, "insert into kept values (1)")
        host.end(signal.SIGKILL)
        if number % 2 == 0:
            no_process_with(data_dir)
            assert not Path(host.host).parent.exists()
        following = hosts.start(data_dir)
        assert query(following.url, "select count(*) from kept") == [{"count": number + 1}]
        following.end()


def test_starts_the_server_again_after_kill_9_of_the_database_at_the_same_address(hosts: Hosts) -> None:
    data_dir = hosts.data_folder()
    server = start_embedded_postgres(data_dir, "first")
    query(server.url, "create table kept as select 7 as number")
    for _ in range(10 if NIGHTLY else 1):
        before = server_of(data_dir)
        os.kill(before, signal.SIGKILL)
        eventually(lambda: query(server.url, "select number from kept") == [{"number": 7}])
        assert server_of(data_dir) != before
    server.stop()
    no_process_with(data_dir)


def test_starts_again_after_kill_9_of_host_database_and_supervisor(hosts: Hosts) -> None:
    data_dir = hosts.data_folder()
    for number in range(20 if NIGHTLY else 1):
        host = hosts.start(data_dir)
        query(host.url, "create table if not exists kept (number int)")
        query(host.url, "insert into kept values (1)")
        for pid in processes_with(str(data_dir)):
            kill(pid)
        host.end(signal.SIGKILL)
        following = hosts.start(data_dir)
        assert following.message is None
        assert query(following.url, "select count(*) from kept") == [{"count": number + 1}]
        assert not Path(host.host).parent.exists()
        following.end()


def test_stops_an_orphan_whose_supervisor_and_host_were_killed(hosts: Hosts) -> None:
    data_dir = hosts.data_folder()
    host = hosts.start(data_dir)
    orphan = server_of(data_dir)
    for pid in processes_with(str(data_dir)):
        if command_of(pid).startswith("/bin/sh"):
            kill(pid)
    host.end(signal.SIGKILL)
    assert orphan in processes_with(str(data_dir))
    server = start_embedded_postgres(data_dir, "first")
    assert server_of(data_dir) != orphan
    assert not Path(host.host).parent.exists()
    server.stop()


def test_ignores_a_process_id_that_another_program_has_by_now(hosts: Hosts) -> None:
    data_dir = hosts.data_folder()
    start_embedded_postgres(data_dir, "first").stop()
    for pid in (os.getpid(), 1):
        lines = [str(pid), f"{data_dir}/pg", "1700000000", "5432", "/tmp/ai-pg-nowhere/s", "", "  1 2", "ready   ", ""]  # noqa: S108
        (data_dir / "pg/postmaster.pid").write_text("\n".join(lines))
        server = start_embedded_postgres(data_dir, "first")
        query(server.url, "select 1")
        server.stop()


def test_creates_the_database_again_after_its_creation_was_interrupted(hosts: Hosts) -> None:
    data_dir = hosts.folder()
    (data_dir / "pg.new-4194304-abc/base").mkdir(parents=True)
    creating = hosts.launch(data_dir)
    eventually(lambda: len(list(data_dir.glob("pg.new-*"))) > 1 or (data_dir / "pg").exists())
    creating.kill()
    server = start_embedded_postgres(data_dir, "first")
    query(server.url, "select 1")
    server.stop()


def test_removes_what_a_host_left_that_was_killed_while_it_created_the_database(hosts: Hosts) -> None:
    stale, recent = (Path(tempfile.mkdtemp(prefix="ai-pg-", dir="/tmp")) for _ in range(2))
    os.utime(stale, (0, 0))
    server = start_embedded_postgres(hosts.data_folder(), "first")
    assert [stale.exists(), recent.exists()] == [False, True]
    recent.rmdir()
    server.stop()


def test_ends_the_server_if_its_data_is_removed_or_moved(hosts: Hosts) -> None:
    data_dir = hosts.data_folder()
    server = start_embedded_postgres(data_dir, "first")
    pid = server_of(data_dir)
    (data_dir / "pg").rename(data_dir / "moved")
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not Path(server.host).parent.exists())
    server.stop()


def test_keeps_the_terminal_signal_of_the_host_from_the_server(hosts: Hosts) -> None:
    host = hosts.start(hosts.data_folder())
    assert os.getpgid(server_of(Path(host.folder))) != os.getpgid(host.process.pid)
    host.end()


def test_removes_a_temporary_database_when_its_host_ends(hosts: Hosts) -> None:
    data_dir = hosts.data_folder("temporary")
    host = hosts.start(data_dir, is_temporary=True)
    assert (data_dir / "pg").is_dir()
    host.end(signal.SIGKILL)
    eventually(lambda: not data_dir.exists())


def test_stops_the_server_although_signals_are_blocked(hosts: Hosts) -> None:
    data_dir = hosts.data_folder()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        server = start_embedded_postgres(data_dir, "first")
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    server.stop()
    assert not Path(server.host).parent.exists()
    no_process_with(data_dir)
