import contextlib
import os
from pathlib import Path

import pytest

from ai_module_runtime.postgres import EmbeddedPostgresError, start_embedded_postgres
from tests.postgres.host import Hosts, eventually, query, run

BECAUSE = "Set AI_DATABASE_URL to a PostgreSQL database: the embedded one can't run here, because "


def failure(data_dir: Path) -> tuple[str, str]:
    with pytest.raises(EmbeddedPostgresError) as caught:
        start_embedded_postgres(data_dir, "first")
    return caught.value.code, str(caught.value)


def fill(file: Path) -> None:
    """Fill a disk to the last byte."""
    for size in (65_536, 4096, 1):
        with contextlib.suppress(OSError), file.open("ab", buffering=0) as filler:
            while True:
                filler.write(b"\0" * size)


def test_asks_for_a_database_url_on_a_read_only_disk_without_and_with_data(hosts: Hosts) -> None:
    disk = hosts.mount("size=200m")
    data_dir = disk / ".data"
    expected = ("data_folder", f"{BECAUSE}the folder {data_dir} is read-only.")
    run("mount", "-o", "remount,ro", str(disk))
    assert failure(data_dir) == expected
    run("mount", "-o", "remount,rw", str(disk))
    start_embedded_postgres(data_dir, "first").stop()
    run("mount", "-o", "remount,ro", str(disk))
    assert failure(data_dir) == expected


def test_asks_for_a_database_url_if_the_disk_is_too_small_and_leaves_nothing(hosts: Hosts) -> None:
    disk = hosts.mount("size=12m")
    assert failure(disk) == ("disk_full", f"{BECAUSE}no space is left for {disk}.")
    assert os.listdir(disk) == []


def test_keeps_running_on_a_full_disk_and_works_again_when_there_is_space(hosts: Hosts) -> None:
    disk = hosts.mount("size=60m")
    data_dir = disk / ".data"
    server = start_embedded_postgres(data_dir, "first")
    query(server.url, "create table kept (line text)")
    fill(disk / "filler")
    with pytest.raises(Exception, match=r".+"):
        query(server.url, "insert into kept select repeat('x', 1000) from generate_series(1, 50000)")
    (disk / "filler").unlink()
    insert = "insert into kept values ('later') returning line"
    eventually(lambda: query(server.url, insert) == [{"line": "later"}], 30)
    server.stop()
    fill(disk / "filler")
    assert failure(data_dir)[0] == "disk_full"
    (disk / "filler").unlink()
    again = start_embedded_postgres(data_dir, "first")
    assert query(again.url, "select line from kept where line = 'later'") == [{"line": "later"}]
    again.stop()


def test_uses_another_folder_if_the_temporary_folder_is_too_small_for_a_socket(hosts: Hosts) -> None:
    small = hosts.mount("size=4k")
    host = hosts.start(hosts.data_folder(), env={"TMPDIR": str(small)})
    assert host.host.startswith("/tmp/ai-pg-")  # noqa: S108
    host.end()
    assert os.listdir(small) == []


def test_asks_for_a_database_url_if_no_temporary_folder_can_be_used(hosts: Hosts) -> None:
    hosts.mount("size=4k")
    prefix = ("unshare", "-m", "sh", "-c", 'mount -t tmpfs -o ro tmpfs /tmp && exec "$0" "$@"')
    folder = hosts.folder("/var/tmp")  # noqa: S108
    env = {"TMPDIR": "/tmp"}  # noqa: S108
    near = hosts.start(folder / "near", prefix=prefix, env=env)
    assert str(folder / "near/ai-pg-") in (near.message or near.host)
    near.end()
    far = hosts.start(folder / ("far" * 40), prefix=prefix, env=env)
    assert far.message == f"{BECAUSE}the temporary folder /tmp can't be used (EROFS)."


def test_asks_for_a_database_url_if_the_data_is_of_another_version_and_leaves_it(hosts: Hosts) -> None:
    data_dir = hosts.folder()
    (data_dir / "pg").mkdir()
    (data_dir / "pg/PG_VERSION").write_text("17\n")
    reason = f"the data in {data_dir}/pg is of PostgreSQL 17, and this is PostgreSQL 18."
    assert failure(data_dir) == ("other_version", BECAUSE + reason)
    assert (data_dir / "pg/PG_VERSION").read_text() == "17\n"


def test_asks_for_a_database_url_if_the_folder_contains_other_files(hosts: Hosts) -> None:
    data_dir = hosts.folder()
    (data_dir / "pg").mkdir()
    (data_dir / "pg/notes.txt").touch()
    assert failure(data_dir) == ("data_folder", f"{BECAUSE}the folder {data_dir}/pg contains other files.")


def test_reports_what_postgresql_says_about_damaged_data(hosts: Hosts) -> None:
    data_dir = hosts.data_folder()
    (data_dir / "pg/global/pg_control").unlink()
    code, message = failure(data_dir)
    assert code == "failed"
    assert "pg_control" in message
