"""The application's own dependencies in the ports of a guest."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import PlainTextResponse
from fastapi.security import OAuth2PasswordBearer
from starlette.testclient import TestClient

from ai_module_runtime import resolve_dependency


@dataclass
class Account:
    name: str


class DisabledError(Exception):
    """An exception that the application answers itself."""


opened: list[str] = []
bearer = OAuth2PasswordBearer(tokenUrl="/login")


async def session() -> AsyncIterator[str]:
    opened.append("open")
    try:
        yield "session"
    finally:
        opened.append("closed")


async def current_account(
    token: Annotated[str, Depends(bearer)], _session: Annotated[str, Depends(session)]
) -> Account:
    if token == "disabled":
        raise DisabledError
    if token == "other":
        raise HTTPException(403, "not yours")
    return Account(token)


def account_of_header(x_account: Annotated[str, Header()]) -> Account:
    return Account(x_account)


app = FastAPI()


@app.exception_handler(DisabledError)
async def disabled(_request: Request, _error: DisabledError) -> PlainTextResponse:
    return PlainTextResponse("the application's own answer", 418)


@app.api_route("/name", methods=["GET", "POST"])
async def name(request: Request) -> str:
    account = await resolve_dependency(request, current_account)
    return f"{account.name} {len(await request.body())}"


@app.get("/header")
async def header(request: Request) -> str:
    return (await resolve_dependency(request, account_of_header)).name


client = TestClient(app)


def token(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


def test_gives_the_value_with_the_dependencies_that_it_has() -> None:
    opened.clear()
    assert client.get("/name", headers=token("ada")).json() == "ada 0"
    assert opened == ["open", "closed"]


def test_leaves_the_body_to_the_caller() -> None:
    assert client.post("/name", headers=token("ada"), content=b"12345").json() == "ada 5"


@pytest.mark.parametrize(("value", "status"), [("other", 403), ("disabled", 418)])
def test_raises_what_the_dependency_raises(value: str, status: int) -> None:
    assert client.get("/name", headers=token(value)).status_code == status


def test_refuses_requests_without_the_parameters() -> None:
    assert client.get("/name").status_code == 401
    assert client.get("/header").status_code == 401
    assert client.get("/header", headers={"X-Account": "ada"}).json() == "ada"


def test_uses_the_overrides_of_the_application() -> None:
    app.dependency_overrides[current_account] = lambda: Account("override")
    try:
        assert client.get("/name").json() == "override 0"
    finally:
        app.dependency_overrides.clear()
