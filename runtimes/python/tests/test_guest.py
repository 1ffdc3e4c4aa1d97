"""A guest in applications: FastAPI and Starlette, with a database that is there or not."""

import asyncio
import gc
import importlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib import request as http
from uuid import uuid4

import asyncpg  # type: ignore[import-untyped]
import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from ai_module_runtime import Guest, GuestUnavailableError, Ports, User, create_guest
from ai_module_runtime.engine.schema import script_of
from ai_module_runtime.host import call_port
from ai_module_runtime.http import permissions
from ai_module_runtime.testing.test_database import TestDatabase, create_test_database

from .shop.main import create_app

ROOT = Path(__file__).parents[1]
MODULE = "/ai/api/v1/modules/invoices"
T = TypeVar("T")
INPUT = {"input_data": {"text": "Paper 5 EUR"}}


def run_sql(url: str, script: str) -> Any:
    """Run statements; the value of the first row, if it is one statement."""

    async def run() -> Any:
        connection = await asyncpg.connect(url)
        try:
            for _ in range(10):
                # What the guest does meanwhile may need the same tables in another order.
                with suppress(asyncpg.DeadlockDetectedError):
                    return await (connection.execute(script) if ";" in script else connection.fetchval(script))
                await connection.execute("rollback")
            raise TimeoutError
        finally:
            await connection.close()

    return asyncio.run(run())


def wait_until(condition: Callable[[], T | None]) -> T:
    """What `condition` gives, once it gives something. Starting an application can take long on a busy machine."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        value = condition()
        if value is not None:
            return value
        time.sleep(0.05)
    raise TimeoutError


def as_user(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


@pytest.fixture(autouse=True)
def role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_ROLE", "all")


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestDatabase]:
    made = create_test_database()
    monkeypatch.setenv("SHOP_DATABASE", made.url)
    yield made
    made.drop()


def wait_for_code(client: TestClient, *codes: str) -> str:
    """The code of the 503 below the prefix, once it is one of these; `ready` is none."""

    def reached() -> str | None:
        answer = client.get("/ai/health")
        code = "ready" if answer.status_code == 200 else answer.json().get("detail", "ready")
        return code if code in codes else None

    return wait_until(reached)


@contextmanager
def running(app: Any) -> Iterator[TestClient]:
    """The application with its guest, once that is ready."""
    with TestClient(app, raise_server_exceptions=True) as client:
        wait_for_code(client, "ready")
        yield client


def finished(client: TestClient, location: str, user: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        job: dict[str, Any] = client.get(location, headers=as_user(user)).json()
        return job if job["status"] in ("completed", "failed") else None

    return wait_until(ended)


def test_runs_jobs_for_users_of_the_application(database: TestDatabase) -> None:
    with running(create_app()) as client:
        assert client.post(f"{MODULE}/process", json=INPUT).json() == {"detail": "not_authenticated"}
        for token in ("mallory", "expired", "inactive", "deleted"):
            refused = client.post(f"{MODULE}/process", json=INPUT, headers=as_user(token))
            assert (refused.status_code, refused.json()) == (401, {"detail": "invalid_token"})
        banned = client.post(f"{MODULE}/process", json=INPUT, headers=as_user("banned"))
        assert (banned.status_code, banned.json()) == (403, {"detail": "permission_denied"})
        broken = client.post(f"{MODULE}/process", json=INPUT, headers=as_user("broken"))
        assert (broken.status_code, broken.json()) == (503, {"detail": "authentication_unavailable"})

        accepted = client.post(f"{MODULE}/process", json=INPUT, headers=as_user("anna"))
        assert accepted.status_code == 202
        location = accepted.headers["location"]
        assert location == f"{MODULE}/status/{accepted.json()['job_id']}"
        assert finished(client, location, "anna")["status"] == "completed"
        assert client.get(location, headers=as_user("bob")).status_code == 403

        assert client.get(f"{MODULE}/admin/stats", headers=as_user("anna")).status_code == 403
        assert client.get(f"{MODULE}/admin/stats", headers=as_user("carl")).status_code == 200
    assert run_sql(database.url, "select count(*) from ai.jobs") == 1


def test_runs_a_job_for_the_token_of_a_check(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "t" * 32
    with running(create_app()) as client:
        # Without the variable the header means nothing.
        assert client.post(f"{MODULE}/process", json=INPUT, headers={"ai-check-token": token}).status_code == 401
        assert client.post(f"{MODULE}/process", json=INPUT, headers={"ai-check-token": ""}).status_code == 401
    monkeypatch.setenv("AI_CHECK_TOKEN", token)
    with running(create_app()) as client:
        for wrong in ({}, {"ai-check-token": "x" * 32}, {"ai-check-token": ""}):
            assert client.post(f"{MODULE}/process", json=INPUT, headers=wrong).status_code == 401
        accepted = client.post(f"{MODULE}/process", json=INPUT, headers={"ai-check-token": token})
        assert accepted.status_code == 202
        location = accepted.headers["location"]
        assert client.get(location, headers={"ai-check-token": token}).json()["user_id"] == "create-ai-module-check"


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"AI_CHECK_TOKEN": "short"}, "AI_CHECK_TOKEN: "),
        (
            {"AI_CHECK_TOKEN": "t" * 32, "AI_ENVIRONMENT": "production"},
            "AI_CHECK_TOKEN: must not be set in production",
        ),
    ],
)
def test_refuses_the_token_of_a_check(
    env: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ports = Ports(authenticate=by_name, database="postgresql://localhost/shop", env=env)
    with TestClient(starlette_app(own_guest(monkeypatch, ports))) as client:
        wait_for_code(client, "settings_invalid")
    assert message in caplog.text


def test_changes_nothing_of_the_application(database: TestDatabase) -> None:
    """Every route, an unknown path, and OPTIONS, with the guest and without it."""
    requests = [
        ("GET", "/items/1"),
        ("GET", "/items/x"),
        ("GET", "/items/"),
        ("POST", "/items"),
        ("GET", "/old"),
        ("GET", "/docs"),
        ("GET", "/redoc"),
        ("GET", "/openapi.json"),
        ("GET", "/nowhere"),
        ("GET", "/aix"),
        ("GET", "/AI/health"),
        ("GET", "/health"),
        ("GET", "/api/v1/modules/list"),
        ("OPTIONS", "/items/1"),
        ("OPTIONS", "/nowhere"),
        ("DELETE", "/items/1"),
        ("HEAD", "/items/1"),
    ]

    def answers(client: TestClient) -> list[Any]:
        found = []
        for method, path in requests:
            body = {"name": "x"} if method == "POST" else None
            answer = client.request(method, path, follow_redirects=False, json=body, headers=as_user("anna"))
            found.append((method, path, answer.status_code, sorted(answer.headers.items()), answer.content))
        return found

    with TestClient(create_app(attached=False)) as client:
        before = answers(client)
    app = create_app()
    with running(app) as client:
        assert answers(client) == before
        assert app.state.log == ["opened"]
    assert app.state.log == ["opened", "closed"]


def test_answers_everything_below_its_prefix(database: TestDatabase) -> None:
    with running(create_app()) as client:
        assert client.get("/ai%2Fhealth").json() == {"shop_error": "no ai/health"}
        assert client.get("/%61i/he%61lth").status_code == 200
        for path in ("/ai", "/ai/", "/ai/nowhere", "/ai/items/1"):
            answer = client.get(path)
            assert (path, answer.status_code, answer.json()) == (path, 404, {"detail": "not_found"})
        assert client.get("/ai/health").headers["x-shop"] == "open"
        assert client.get("/ai/health").json()["modules"] == {"invoices": "ready"}
        document = client.get("/ai/openapi.json").json()
        assert document["servers"] == [{"url": "/ai"}]
        assert "/api/v1/modules/invoices/process" in document["paths"]
        page = client.get("/ai/docs")
        assert page.headers["content-type"].startswith("text/html")
        assert "'openapi.json'" in page.text
        assert client.get("/ai/docs/swagger-ui.css").status_code == 200
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ai/socket"):
            pass


def test_knows_where_the_application_is_mounted(database: TestDatabase) -> None:
    shop = create_app()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with shop.router.lifespan_context(shop):
            yield

    with running_below("/backend", Starlette(routes=[Mount("/backend", shop)], lifespan=lifespan)) as client:
        document = client.get("/backend/ai/openapi.json").json()
        assert document["servers"] == [{"url": "/backend/ai"}]


@contextmanager
def running_below(prefix: str, app: Any) -> Iterator[TestClient]:
    with TestClient(app) as client:
        wait_until(lambda: client.get(f"{prefix}/ai/health").status_code == 200 or None)
        yield client


@pytest.mark.parametrize("answered", ["/backend/ai/health", "/ai/health"])
def test_works_behind_a_proxy_that_removes_a_path(database: TestDatabase, answered: str) -> None:
    with TestClient(create_app(), root_path="/backend") as client:
        wait_until(lambda: client.get(answered).status_code == 200 or None)
        accepted = client.post(
            answered.replace("/health", "/api/v1/modules/invoices/process"), json=INPUT, headers=as_user("anna")
        )
        assert accepted.headers["location"].startswith("/backend/ai/api/v1/modules/invoices/status/")


def test_is_off_in_tests_and_by_its_role(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, "off", ""):
        if value is None:
            monkeypatch.delenv("AI_ROLE")
        else:
            monkeypatch.setenv("AI_ROLE", value)
        app = create_app()
        with TestClient(app) as client:
            assert client.get("/ai/health").json() == {"shop_error": "no ai/health"}
        assert [route for route in app.routes if "ai" in getattr(route, "name", "")] == []
        guest: Guest = importlib.import_module("tests.shop.ai.attachment").guest
        asyncio.run(guest.erase_user("anna"))
        assert guest.is_attached(app)
        assert not guest.is_attached(FastAPI())


def test_is_off_under_a_pytest_that_sets_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AI_ROLE")
    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    assert create_guest("app.ai.attachment").role == "off"


def test_costs_little_while_it_is_off() -> None:
    code = (
        "import sys; from ai_module_runtime import create_guest; create_guest('app.ai.attachment').attach(object());"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'fastapi', 'sqlalchemy', 'pydantic', 'asyncpg'}))"
    )
    env = {**os.environ, "AI_ROLE": "off", "PYTHONPATH": str(ROOT / "src")}
    found = subprocess.check_output([sys.executable, "-c", code], env=env, text=True)  # noqa: S603
    assert found.strip() == "[]"


def test_alembic_is_imported_only_for_migrations() -> None:
    code = "import sys, ai_module_runtime.guest_app; print('alembic' in sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    assert subprocess.check_output([sys.executable, "-c", code], env=env, text=True).strip() == "False"  # noqa: S603


def test_attaching_twice_is_the_same_as_once(database: TestDatabase) -> None:
    app = create_app()
    guest: Guest = importlib.import_module("tests.shop.ai.attachment").guest
    before = len(app.router.routes)
    guest.attach(app)
    assert len(app.router.routes) == before
    with running(app):
        pass
    # An application can be started again.
    with running(app) as client:
        assert client.get("/ai/health").status_code == 200


def test_a_worker_is_attached_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_ROLE", "worker")
    guest, app = create_guest("app.ai.attachment"), FastAPI()
    guest.attach(app)
    lifespan = app.router.lifespan_context
    guest.attach(app)
    assert app.router.lifespan_context is lifespan


def test_forgets_applications() -> None:
    guest = create_guest("app.ai.attachment")
    for _ in range(3):
        guest.attach(FastAPI())
    gc.collect()
    assert len(guest._apps) == 0


@pytest.mark.parametrize("schema", ["public; drop", "Shop", 'a"b', ""])
def test_prints_sql_for_valid_schemas_only(schema: str) -> None:
    command = [sys.executable, "-m", "ai_module_runtime", "sql", "--schema", schema]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, text=True)  # noqa: S603
    assert (done.returncode, done.stdout) == (2, "")
    assert "the name of a schema must match" in done.stderr


def test_what_cannot_be_attached_to_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    create_guest("app.ai.attachment").attach(object())
    assert "the AI modules are not attached" in caplog.text


def own_guest(monkeypatch: pytest.MonkeyPatch, ports: Any, **options: Any) -> Guest:
    """A guest whose ports are in this module."""
    monkeypatch.setattr(sys.modules[__name__], "ports", ports, raising=False)
    return create_guest(__name__, ports=".test_guest:ports", modules="tests.typed_modules", **options)


def by_name(request: Request) -> User | None:
    name = request.headers.get("x-user")
    return None if name is None else User(id=name, permissions=frozenset({"invoices:*"}))


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def starlette_app(guest: Guest) -> Starlette:
    app = Starlette(routes=[Route("/", hello)])
    guest.attach(app)
    return app


def test_starts_the_application_without_a_database(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ports = Ports(authenticate=by_name, database="postgresql+asyncpg://nobody:secret@127.0.0.1:9/shop")
    guest = own_guest(monkeypatch, ports)
    with TestClient(starlette_app(guest)) as client:
        assert client.get("/").text == "hello"
        wait_for_code(client, "database_unavailable")
        answer = client.get("/ai/api/v1/modules/list")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        with pytest.raises(GuestUnavailableError, match="database_unavailable"):
            asyncio.run(guest.erase_user("anna"))
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert lines == ["database: 127.0.0.1:9/shop is unavailable: connection refused"]


def test_is_ready_once_the_database_is(monkeypatch: pytest.MonkeyPatch, database: TestDatabase) -> None:
    run_sql(database.server, f"alter database {database.name} rename to {database.name}_away")
    with TestClient(
        starlette_app(own_guest(monkeypatch, Ports(authenticate=by_name, database=database.url)))
    ) as client:
        wait_for_code(client, "database_unavailable")
        run_sql(database.server, f"alter database {database.name}_away rename to {database.name}")
        wait_for_code(client, "ready")


def test_invalid_settings(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    env = {"AI_WORKER_CONCURRENCY": "many", "DATABASE_URL": "nonsense", "NODE_ENV": "staging", "LOG_LEVEL": "loud"}
    with TestClient(starlette_app(own_guest(monkeypatch, Ports(authenticate=by_name, env=env)))) as client:
        assert wait_for_code(client, "settings_invalid")
        assert client.get("/").text == "hello"
    [line] = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert line.startswith("AI modules are not available, settings_invalid: AI_WORKER_CONCURRENCY: ")
    assert "\n" not in line


def test_an_unknown_role_is_an_invalid_setting(monkeypatch: pytest.MonkeyPatch, database: TestDatabase) -> None:
    monkeypatch.setenv("AI_ROLE", "wroker")
    with TestClient(create_app()) as client:
        wait_for_code(client, "settings_invalid")


@pytest.mark.parametrize("database", [None, lambda: None])
def test_production_needs_a_database(monkeypatch: pytest.MonkeyPatch, database: Any) -> None:
    ports = Ports(authenticate=by_name, database=database, env={"AI_ENVIRONMENT": "production"})
    with TestClient(starlette_app(own_guest(monkeypatch, ports))) as client:
        wait_for_code(client, "settings_invalid")


@pytest.mark.parametrize(
    ("ports", "reason"),
    [
        (None, ""),
        (
            Ports(authenticate=by_name, database="mysql://root@localhost/shop"),
            "the URL of the database must begin with",
        ),
        (Ports(authenticate=by_name, database=""), "must begin with postgresql://, and it is empty)"),
        (Ports(authenticate=by_name, database=lambda: sys.exit("no settings")), "no settings"),
    ],
)
def test_invalid_ports(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, ports: Any, reason: str
) -> None:
    with TestClient(starlette_app(own_guest(monkeypatch, ports))) as client:
        wait_for_code(client, "ports_invalid")
        assert client.get("/").text == "hello"
    assert "ports_invalid: tests.test_guest:ports (" in caplog.text
    assert reason in caplog.text


def test_ports_that_cannot_be_imported(caplog: pytest.LogCaptureFixture) -> None:
    guest = create_guest(__name__, ports=".no_such_file:ports", modules="tests.typed_modules")
    with TestClient(starlette_app(guest)) as client:
        wait_for_code(client, "ports_invalid")
    assert "No module named 'tests.no_such_file'" in caplog.text


class Settings(BaseModel):
    """The application's own, with a variable that is missing."""

    password: str
    url: str


def test_ports_whose_settings_are_incomplete(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    ports = Ports(authenticate=by_name, database=lambda: Settings.model_validate({"password": "hunter2"}).url)
    with TestClient(starlette_app(own_guest(monkeypatch, ports))) as client:
        wait_for_code(client, "ports_invalid")
    assert "ports_invalid: tests.test_guest:ports (Settings: url: Field required)" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_role_without_the_right_to_create_schemas(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, database: TestDatabase
) -> None:
    name = f"weak_{uuid4().hex[:8]}"
    run_sql(database.url, f"create role {name} login")
    try:
        url = database.url.replace("://postgres@", f"://{name}@")
        assert name in url
        with TestClient(starlette_app(own_guest(monkeypatch, Ports(authenticate=by_name, database=url)))) as client:
            wait_for_code(client, "schema_missing")
            assert f"the role {name} may not create or change the schema ai" in caplog.text
            [message] = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
            run_sql(database.url, message.partition("start again:")[2])
            wait_for_code(client, "ready")
    finally:
        run_sql(database.url, f"drop owned by {name} cascade")
        run_sql(database.url, f"drop role {name}")


def test_migrations_of_the_application(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, database: TestDatabase
) -> None:
    guest = own_guest(monkeypatch, Ports(authenticate=by_name, database=database.url), migrations="app")
    with TestClient(starlette_app(guest)) as client:
        wait_for_code(client, "schema_missing")
        assert "the schema ai lacks 0001_tables.sql" in caplog.text
        assert run_sql(database.url, "select count(*) from pg_namespace where nspname = 'ai'") == 0
        run_sql(database.url, f"begin; {script_of('ai')} commit;")
        wait_for_code(client, "ready")


MODELS = """
from sqlmodel import Field, SQLModel


class Line(SQLModel, table=True):
    __tablename__ = "invoices_lines"

    id: int | None = Field(default=None, primary_key=True)
"""
ATTACHMENT = """
import logging
import os

from ai_module_runtime import Ports, create_guest

logging.basicConfig(level="INFO")
ports = Ports(authenticate=lambda request: None, database=os.environ["SHOP_DATABASE"])
guest = create_guest(__name__, ports=".attachment:ports", migrations="{who}")
"""


def test_writes_migrations_of_modules_and_applies_them_only_if_it_makes_the_tables(
    database: TestDatabase, tmp_path: Path
) -> None:
    modules = tmp_path / "own_ai" / "modules"
    shutil.copytree(ROOT / "tests" / "typed_modules", modules)
    (modules / "invoices" / "models.py").write_text(MODELS)

    def migrate(who: str, *arguments: str) -> tuple[int, str]:
        (tmp_path / "own_ai" / "attachment.py").write_text(ATTACHMENT.replace("{who}", who))
        command = [sys.executable, "-B", "-m", "ai_module_runtime", "migrate", "own_ai.attachment:guest", *arguments]
        env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)  # noqa: S603
        return done.returncode, done.stdout + done.stderr

    code, output = migrate("app", "invoices", "add lines")
    assert (code, "the schema ai lacks 0001_tables.sql" in output) == (1, True)
    run_sql(database.url, script_of("ai"))
    code, output = migrate("app", "invoices", "add lines")
    assert (code, "wrote " in output) == (0, True), output
    code, output = migrate("app")
    assert (code, "invoices_version lacks 0001" in output) == (1, True), output
    assert run_sql(database.url, "select to_regclass('ai.invoices_lines') is null")
    code, output = migrate("runtime")
    # The other lines of Alembic would be in the log of the application.
    assert (code, output.strip()) == (0, "INFO:ai_module_runtime.db.migrations:invoices: migration 0001 applied")
    assert run_sql(database.url, "select to_regclass('ai.invoices_lines') is not null")


@pytest.mark.parametrize("migrations", ["runtime", "app"])
def test_a_schema_that_is_dropped(monkeypatch: pytest.MonkeyPatch, database: TestDatabase, migrations: Any) -> None:
    """The schema, later the whole database: it is there again, or the migrations of the application run again."""
    create = f"begin; {script_of('ai')} commit;"
    if migrations == "app":
        run_sql(database.url, create)
    guest = own_guest(monkeypatch, Ports(authenticate=by_name, database=database.url), migrations=migrations)
    anna = {"x-user": "anna"}
    with running(starlette_app(guest)) as client:
        for statement in ("drop schema ai cascade", f"drop database {database.name} with (force)"):
            is_database = "database" in statement
            run_sql(database.server if is_database else database.url, f"{statement};")
            answer = client.get(f"{MODULE}/list", headers=anna)
            expected = ("database_unavailable",) if is_database else ("schema_missing", "starting")
            assert answer.status_code == 503
            assert answer.json()["detail"] in expected
            assert answer.headers["retry-after"] == "5"
            if is_database:
                run_sql(database.server, f"create database {database.name};")
            if migrations == "app":
                wait_for_code(client, "schema_missing")
                run_sql(database.url, create)
            statuses = set[int]()
            while 200 not in statuses:
                statuses.add(client.get(f"{MODULE}/list", headers=anna).status_code)
            assert statuses <= {200, 503}
            if migrations == "runtime":
                location = client.post(f"{MODULE}/process", json=INPUT, headers=anna).headers["location"]
                wait_until(lambda: client.get(location, headers=anna).json().get("status") == "completed" or None)  # noqa: B023


def test_a_table_that_is_dropped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, database: TestDatabase
) -> None:
    """The guest waits for a table, and creates functions again."""
    guest = own_guest(monkeypatch, Ports(authenticate=by_name, database=database.url))
    with running(starlette_app(guest)) as client:

        def listed() -> Any:
            answer = client.get(f"{MODULE}/list", headers={"x-user": "anna"})
            return answer.json()["detail"] if answer.status_code == 503 else answer.status_code

        def wait_for_list(expected: object) -> None:
            wait_until(lambda: listed() == expected or None)

        run_sql(database.url, "alter table ai.jobs rename to away;")
        assert listed() in ("schema_missing", "starting")
        wait_for_list("schema_missing")
        problem = (
            "the schema ai lacks jobs, which existed before: restore them, or drop the schema to create it again, which "
            "deletes all jobs and events"
        )
        wait_until(lambda: problem in caplog.text or None)
        run_sql(database.url, "alter table ai.away rename to jobs;")
        wait_for_list(200)

        run_sql(database.url, "drop function ai.list_jobs;")
        assert listed() in ("schema_missing", "starting")
        wait_for_list(200)

        # With the functions whose result is a job.
        run_sql(database.url, "drop table ai.jobs cascade;")
        assert listed() in ("schema_missing", "starting")
        run_sql(database.url, "drop schema ai cascade;")
        wait_for_list(200)


def test_cookies_need_the_same_origin(monkeypatch: pytest.MonkeyPatch, database: TestDatabase) -> None:
    ports = Ports(authenticate=by_name, database=database.url, cookies=True, origins=["https://app.example.com"])
    with running(starlette_app(own_guest(monkeypatch, ports))) as client:

        def status(**headers: str) -> Any:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            answer = client.post(f"{MODULE}/process", json=INPUT, headers={"x-user": "anna", **sent})
            return answer.status_code if answer.status_code == 202 else answer.json()["detail"]

        assert client.post(f"{MODULE}/process", json=INPUT).status_code == 401
        assert status() == "cross_origin"
        assert status(origin="null") == "cross_origin"
        assert status(origin="http://[") == "cross_origin"
        assert status(origin="https://evil.example.com") == "cross_origin"
        assert status(sec_fetch_site="cross-site", origin="http://testserver") == "cross_origin"
        assert status(sec_fetch_site="same-site") == "cross_origin"
        assert status(origin="https://testserver") == 202
        assert status(origin="https://app.example.com", sec_fetch_site="cross-site") == 202
        assert status(sec_fetch_site="same-origin") == 202
        assert status(authorization="Bearer x") == 202
        assert client.get(f"{MODULE}/list", headers={"x-user": "anna"}).status_code == 200


def _exits(_request: Request) -> User:
    sys.exit("no users")


def _waits_in_a_thread(_request: Request) -> User:
    released.wait()
    raise AssertionError


async def _waits(_request: Request) -> User:
    await asyncio.Event().wait()
    raise AssertionError


async def _raises_in_a_task(_request: Request) -> User:
    async with asyncio.TaskGroup() as group:
        group.create_task(_waits(_request))
        raise LookupError


released = threading.Event()
ODD: dict[str, Any] = {
    "a dict": lambda _request: {"id": "anna"},
    "false": lambda _request: False,
    "a text": lambda _request: "anna",
    "no id": lambda _request: User.model_validate({"id": None}),
    "an empty id": lambda _request: User(id=""),
    "a long id": lambda _request: User(id="x" * 256),
    "an id with NUL": lambda _request: User(id="an\0na"),
    "half a character": lambda _request: User.model_construct(id="\ud800"),
    "an exit": _exits,
    "an exception group": _raises_in_a_task,
    "a slow function": _waits_in_a_thread,
    "a slow coroutine": _waits,
}


def test_authenticate_that_fails_is_slow_or_returns_something_else(
    monkeypatch: pytest.MonkeyPatch, database: TestDatabase
) -> None:
    monkeypatch.setattr(permissions, "PORT_SECONDS", 1.0)
    chosen = [""]

    async def authenticate(request: Request) -> Any:
        return await call_port(ODD[chosen[0]], request)

    with running(starlette_app(own_guest(monkeypatch, Ports(authenticate, database=database.url)))) as client:
        for chosen[0] in ODD:
            answer = client.post(f"{MODULE}/process", json=INPUT)
            assert (chosen[0], answer.status_code) == (chosen[0], 503)
            assert answer.json() == {"detail": "authentication_unavailable"}
            assert client.get("/").text == "hello"
        released.set()


def test_erases_a_user_of_the_application(database: TestDatabase) -> None:
    guest: Guest = importlib.import_module("tests.shop.ai.attachment").guest
    app = create_app()

    @app.delete("/async/{name}")
    async def delete(name: str) -> None:
        await guest.erase_user(name)

    @app.delete("/blocking/{name}")
    async def delete_blocking(name: str) -> str:
        with pytest.raises(RuntimeError, match="use `await") as raised:
            guest.erase_user_sync(name)
        return str(raised.value)

    @app.delete("/sync/{name}")
    def delete_sync(name: str) -> None:
        guest.erase_user_sync(name)

    # The shop's catch-all route is not for these methods.
    run_sql(database.url, "create table notes (id text, pages integer, status text);")
    with running(app) as client:
        assert client.delete("/blocking/anna").status_code == 200
        for way, name in (("async", "anna"), ("sync", "bob")):
            location = client.post(f"{MODULE}/process", json=INPUT, headers=as_user(name)).headers["location"]
            finished(client, location, name)
            assert client.delete(f"/{way}/{name}").status_code == 200
            wait_until(lambda: client.get(location, headers=as_user(name)).status_code == 404 or None)  # noqa: B023


def test_an_error_of_the_guest_does_not_reach_the_application(
    monkeypatch: pytest.MonkeyPatch, database: TestDatabase
) -> None:
    guest = own_guest(monkeypatch, Ports(authenticate=by_name, database=database.url))
    with running(starlette_app(guest)) as client:
        host = next(iter(guest._apps.values()))._host
        assert host is not None

        @host.app.get("/fails", include_in_schema=False)
        async def fails() -> None:
            raise ZeroDivisionError

        answer = client.get("/ai/fails")
        assert (answer.status_code, answer.json()) == (500, {"detail": "internal_error"})


def test_an_application_without_a_lifespan(monkeypatch: pytest.MonkeyPatch, database: TestDatabase) -> None:
    guest = own_guest(monkeypatch, Ports(authenticate=by_name, database=database.url))
    app = starlette_app(guest)
    outer = Starlette(routes=[Mount("/inner", app)], lifespan=_lifespan_of(guest))
    assert TestClient(app).get("/ai/health").json() == {"detail": "not_started"}
    with running_below("/inner", outer) as client:
        assert client.get("/inner/").text == "hello"


def _lifespan_of(guest: Guest) -> Any:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await guest.start()
        yield
        await guest.stop()

    return lifespan


def test_two_import_names_of_one_application() -> None:
    guest = create_guest("src.app.ai.attachment")
    assert (guest.ports, guest.modules) == ("src.app.ai.host:ports", "src.app.ai.modules")


class Server:
    """The shop as a process."""

    def __init__(self, tmp_path: Path, *command: str, **env: str) -> None:
        self.output = tmp_path / f"{uuid4()}.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AI_", "PYTEST"))}
        with self.output.open("w") as out:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env={**clean, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1", **env},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def waits_for(self, text: str, times: int = 1) -> None:
        wait_until(lambda: self.output.read_text().count(text) >= times or None)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    servers: list[Server] = []

    def start(*command: str, **env: str) -> Server:
        servers.append(Server(tmp_path, *command, **env))
        return servers[-1]

    yield start
    for server in servers:
        server.process.kill()
        server.process.wait()


def test_a_worker_process_runs_what_a_web_process_accepts(
    start: Any, monkeypatch: pytest.MonkeyPatch, database: TestDatabase
) -> None:
    monkeypatch.setenv("AI_ROLE", "web")
    with running(create_app()) as client:
        location = client.post(f"{MODULE}/process", json=INPUT, headers=as_user("anna")).headers["location"]
        worker = start("ai_module_runtime", "worker", "tests.shop.ai.attachment:guest")
        worker.waits_for("AI modules: ready")
        assert finished(client, location, "anna")["status"] == "completed"
        assert worker.end() == 0


def test_a_worker_says_why_it_cannot_start(start: Any, database: TestDatabase) -> None:
    worker = start("ai_module_runtime", "worker", "tests.shop.ai.attachment:guest", AI_WORKER_CONCURRENCY="0")
    assert worker.process.wait(120) == 1
    assert "settings_invalid: AI_WORKER_CONCURRENCY" in worker.output.read_text()


def test_several_processes_of_one_application_start_together(start: Any, database: TestDatabase) -> None:
    with socket_of_a_port() as port:
        pass
    command = ("uvicorn", "tests.shop.main:app", "--workers", "2", "--port", str(port))
    server = start(*command, AI_DATABASE_SCHEMA="shop_ai")
    server.waits_for("Application startup complete", 2)
    # Each process listens for work.
    listening = "select count(*) from pg_stat_activity where query ilike 'listen%'"
    wait_until(lambda: run_sql(database.url, listening) == 2 or None)
    assert server.end() in (0, -signal.SIGTERM)
    assert run_sql(database.url, "select count(*) from shop_ai.modules") == 1


def test_several_processes_share_an_embedded_database(start: Any, tmp_path: Path) -> None:
    with socket_of_a_port() as port:
        pass
    command = ("uvicorn", "tests.shop.main:app", "--workers", "2", "--port", str(port))
    server = start(*command, AI_DATA_DIR=str(tmp_path / "data"), SHOP_LOG="info")
    server.waits_for("AI modules: ready", 2)

    def call(path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {**as_user("anna"), "Content-Type": "application/json"}
        with http.urlopen(http.Request(f"http://127.0.0.1:{port}{path}", data, headers)) as answer:
            return json.load(answer)

    assert call("/items/1") == {"id": 1}
    assert call("/ai/health")["mode"] == "embedded"
    for job in [call(f"{MODULE}/process", INPUT) for _ in range(4)]:
        wait_until(lambda: call(f"{MODULE}/status/{job['job_id']}")["status"] == "completed" or None)  # noqa: B023
    assert server.end() in (0, -signal.SIGTERM)
    # The last process has stopped the server.
    assert list((tmp_path / "data").rglob("postmaster.pid")) == []


@contextmanager
def socket_of_a_port() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield free.getsockname()[1]
