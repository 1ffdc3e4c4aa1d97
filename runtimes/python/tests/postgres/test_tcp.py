"""The server of Windows, tried on Linux as a user: PostgreSQL's own start refuses root."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.postgres.host import NOBODY, Host, Hosts, as_user, eventually, kill, no_process_with, processes_with, query

pytestmark = pytest.mark.usefixtures("root")

Start = Callable[..., Host]


@pytest.fixture
def data_dir(hosts: Hosts) -> Path:
    folder = hosts.folder()
    os.chown(folder, NOBODY, NOBODY)
    return folder


@pytest.fixture
def start(hosts: Hosts, data_dir: Path) -> Start:
    env = hosts.readable()
    return lambda application="first": hosts.start(
        data_dir, prefix=as_user(NOBODY), env=env, is_tcp=True, application=application
    )


def test_listens_on_the_loopback_address_with_a_password_and_keeps_its_data(start: Start, data_dir: Path) -> None:
    host = start()
    assert host.message is None
    assert re.fullmatch(r"postgresql://postgres:[0-9a-f]{48}@127\.0\.0\.1:\d+/postgres", host.url)
    query(host.url, "create table kept as select 7 as number")
    with pytest.raises(Exception, match="authentication failed"):
        query(re.sub("[0-9a-f]{48}", "wrong", host.url), "select 1")
    host.end()
    no_process_with(data_dir)
    again = start()
    assert query(again.url, "select number from kept") == [{"number": 7}]
    again.end()


def test_joins_the_server_of_the_same_application_and_refuses_another_one(
    hosts: Hosts, start: Start, data_dir: Path
) -> None:
    env = hosts.readable()
    processes = [hosts.launch(data_dir, prefix=as_user(NOBODY), env=env, is_tcp=True) for _ in range(2)]
    first, second = [hosts.wait(process) for process in processes]
    assert [first.message, second.message] == [None, None]
    assert {first.is_owner, second.is_owner} == {True, False}
    assert first.url == second.url
    assert "is in use by another application, first." in (start("/srv/other").message or "")
    owner, joined = (first, second) if first.is_owner else (second, first)
    joined.end()
    query(owner.url, "select 1")
    owner.end()


def test_waits_while_another_process_begins_to_start_the_server(hosts: Hosts, start: Start, data_dir: Path) -> None:
    start().end()
    pid_file = data_dir / "pg/postmaster.pid"
    pid_file.touch()
    process = hosts.launch(data_dir, prefix=as_user(NOBODY), env=hosts.readable(), is_tcp=True)
    eventually(lambda: list(data_dir.glob("pg-owner-*.json")))
    time.sleep(0.5)
    pid_file.unlink()
    host = hosts.wait(process)
    assert host.message is None
    host.end()


def test_ends_after_kill_9_of_the_host_and_starts_again_if_its_supervisor_was_killed_too(
    start: Start, data_dir: Path
) -> None:
    start().end(signal.SIGKILL)
    no_process_with(data_dir)
    second = start()
    for pid in processes_with(f"stop\0-s\0-m\0fast\0-D\0{data_dir}"):
        kill(pid)
    second.end(signal.SIGKILL)
    third = start()
    assert third.is_owner
    third.end()
    assert not (data_dir / "pg/postmaster.pid").exists()
