"""A database that answers, but does not do what is asked."""

import asyncio
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import make_url

from ai_module_runtime import Ports, create_host, read_settings
from ai_module_runtime.testing import TestHost, wait_until
from ai_module_runtime.testing.test_database import create_test_database

EVENT = {"name": "user.deleted", "data": {}}


class Faulty:
    """A host whose role is not an administrator of its database."""

    def __init__(self, host: TestHost, admin: asyncpg.Connection, role: str, caplog: pytest.LogCaptureFixture) -> None:
        self.host, self.role = host, role
        self._admin, self._caplog = admin, caplog

    def as_admin(self, sql: str) -> None:
        self.host.call(self._admin.execute, sql)

    def send(self, method: str, path: str, body: object = None) -> object:
        answer = self.host.client.request(method, path, json=body, headers=self.host.headers("admin", admin=True))
        if answer.status_code != 503 or path == "/health":
            return answer.status_code
        assert answer.headers["Retry-After"] == "5"
        return answer.json()["detail"]

    def publish(self) -> object:
        return self.send("POST", "/api/v1/events", EVENT)

    def list_jobs(self) -> object:
        return self.send("GET", "/api/v1/jobs")

    def signals(self) -> tuple[object, object, str]:
        """Of `/readyz`, `/health` and the metric."""
        metrics = self.host.client.get("/metrics").text
        found = re.search(r"^ai_database_up (.*)$", metrics, re.MULTILINE)
        assert found
        return self.send("GET", "/readyz"), self.send("GET", "/health"), found[1]

    def problems(self) -> list[str]:
        assert not any(record.exc_info for record in self._caplog.records)
        return [record.getMessage() for record in self._caplog.records if record.levelname in ("WARNING", "ERROR")]

    def ends(self) -> list[str]:
        return [text for text in self._caplog.messages if re.search("work again|available again", text)]


FINE = (200, 200, "1")


@pytest.fixture
def faulty(caplog: pytest.LogCaptureFixture) -> Iterator[Faulty]:
    caplog.set_level("INFO")
    database, role = create_test_database(), f"app_{secrets.token_hex(4)}"
    url = make_url(database.url)
    settings = {
        "AI_DATABASE_URL": url.set(username=role).render_as_string(hide_password=False),
        "AI_JOB_LEASE_SECONDS": "2",
        "AI_METRICS": "open",
    }

    async def nobody(_request: Any) -> None:
        return None

    async def prepare() -> None:
        admin = await asyncpg.connect(database.url)
        await admin.execute(f"create role {role} login; grant create on database {url.database} to {role}")
        await admin.close()

    async def clean_up() -> None:
        admin = await asyncpg.connect(database.url)
        await admin.execute(f"drop owned by {role} cascade; drop role {role}")
        await admin.close()

    asyncio.run(prepare())
    host = create_host(read_settings(settings), Ports(authenticate=nobody), modules="tests.no_modules")
    try:
        with TestHost(host).running() as running:
            admin = running.call(asyncpg.connect, database.url)
            made = Faulty(running, admin, role, caplog)
            assert (made.publish(), made.list_jobs(), made.signals()) == (202, 200, FINE)
            caplog.clear()
            yield made
            running.call(admin.close)
    finally:
        asyncio.run(clean_up())
        database.drop()


@pytest.mark.parametrize(
    ("what", "grant"),
    [
        ("schema ai", "grant usage on schema ai to {}"),
        ("all tables in schema ai", "grant select, insert, update, delete on all tables in schema ai to {}"),
        ("all sequences in schema ai", "grant usage on all sequences in schema ai to {}"),
    ],
)
def test_lost_permissions_are_forbidden_not_ready_and_one_line(faulty: Faulty, what: str, grant: str) -> None:
    faulty.as_admin(f"revoke all on {what} from {faulty.role}")
    expected = 202 if "sequences" in what else "database_forbidden"
    for _ in range(3):
        assert faulty.publish() == expected
        assert faulty.signals() == ("database_forbidden", 503, "0")
    sql = grant.format(faulty.role)
    text = "the role lacks permissions. Run this SQL as an administrator of the database"
    (line,) = faulty.problems()
    assert re.fullmatch(f"database: .*: {text}: {sql}", line)
    assert faulty.ends() == []
    faulty.as_admin(sql)
    wait_until(lambda: faulty.publish() == 202)
    assert faulty.signals() == FINE
    (end,) = faulty.ends()
    assert re.fullmatch(r"database: statements that failed work again after \d+\.\d s", end)
    assert faulty.problems() == [line]


def test_a_lost_table_is_missing_not_ready_and_one_line(faulty: Faulty) -> None:
    faulty.as_admin("alter table ai.jobs rename to jobs_x")
    for _ in range(5):
        assert faulty.list_jobs() == "schema_missing"
        assert faulty.signals() == ("schema_missing", 503, "0")
    (line,) = faulty.problems()
    assert re.match(r"database: .*: the schema ai lacks jobs\. Restore it, or ", line)
    assert faulty.ends() == []
    faulty.as_admin("alter table ai.jobs_x rename to jobs")
    wait_until(lambda: faulty.list_jobs() == 200)
    assert faulty.signals() == FINE
    assert len(faulty.ends()) == 1
    assert faulty.problems() == [line]


def test_a_database_that_takes_no_writes_is_unavailable_not_ready_and_one_line(faulty: Faulty) -> None:
    reconnect = (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    alter = "do $$ begin execute format('alter database %I {}', current_database()); end $$"
    faulty.as_admin(alter.format("set default_transaction_read_only = on"))
    faulty.as_admin(reconnect)
    wait_until(lambda: faulty.signals()[2] == "0")
    for _ in range(3):
        assert faulty.publish() == "database_unavailable"
        assert faulty.signals() == ("database_unavailable", 503, "0")
    assert len([line for line in faulty.problems() if re.search("no writes|read-only", line)]) == 1
    faulty.as_admin(alter.format("reset default_transaction_read_only"))
    faulty.as_admin(reconnect)
    wait_until(lambda: faulty.publish() == 202)
    wait_until(lambda: faulty.signals() == FINE)


def test_tables_that_are_lost_one_after_the_other_are_a_line_each(faulty: Faulty) -> None:
    for table in ("results", "jobs"):
        faulty.as_admin(f"alter table ai.{table} rename to elsewhere")
        wait_until(lambda: faulty.signals()[0] == "schema_missing")
        faulty.as_admin(f"alter table ai.elsewhere rename to {table}")
        wait_until(lambda: faulty.signals() == FINE)
    lines = faulty.problems()
    assert [re.search(r"the schema ai lacks (\w+)\.", line)[1] for line in lines] == ["results", "jobs"]  # type: ignore[index]
    assert len(faulty.ends()) == 2


def test_statements_that_are_refused_are_one_line_although_others_work(faulty: Faulty) -> None:
    faulty.as_admin(
        """create function ai.refuse() returns trigger language plpgsql as $$ begin
        raise exception using errcode = '53100', message = 'No space left on device'; end $$;
        create trigger refuse before insert on ai.events for each row execute function ai.refuse()"""
    )
    for _ in range(5):
        assert faulty.publish() == "database_unavailable"
        assert faulty.signals() == FINE
    (line,) = faulty.problems()
    assert re.fullmatch(r"database: .* is unavailable: No space left on device", line)
    assert faulty.ends() == []
    faulty.as_admin("drop trigger refuse on ai.events")
    assert faulty.publish() == 202
    assert len(faulty.ends()) == 1


def test_statements_that_wait_for_a_lock_are_one_line_and_the_host_is_ready(faulty: Faulty) -> None:
    faulty.as_admin("begin; lock table ai.jobs")
    with ThreadPoolExecutor() as threads:
        listed = threads.submit(faulty.list_jobs)
        signals = [faulty.send("GET", path) for path in ("/readyz", "/health")]
        assert (listed.result(), signals) == ("database_unavailable", [200, 200])
    assert faulty.signals() == FINE
    metrics = faulty.host.client.get("/metrics").text
    assert all(shown in metrics for shown in ("\nai_database_up 1", "\nai_http_requests_total{", "\nai_workers "))
    (line,) = faulty.problems()
    assert re.fullmatch(r"database: .*: a statement took longer than 4 s, perhaps because of a lock", line)
    faulty.as_admin("rollback")
    wait_until(lambda: faulty.list_jobs() == 200)
    wait_until(lambda: bool(faulty.ends()))
    assert faulty.problems() == [line]
