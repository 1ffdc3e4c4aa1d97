"""Runs coroutines as tests, on a real PostgreSQL."""

import asyncio
import inspect
import os
from collections.abc import Iterator
from typing import Any

import pytest

from .server import Server, find_binaries

TEST_SECONDS = 300


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments: dict[str, Any] = {name: pyfuncitem.funcargs[name] for name in names}

    async def run() -> None:
        async with asyncio.timeout(TEST_SECONDS):
            await pyfuncitem.obj(**arguments)

    asyncio.run(run())
    return True


@pytest.fixture(scope="session")
def own_server() -> Iterator[Server]:
    """A server that tests may stop; they start it again."""
    if find_binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    server = Server()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest) -> str:
    """The database of the tests."""
    given = os.environ.get("AI_TEST_DATABASE_URL")
    if given:
        return given
    server: Server = request.getfixturevalue("own_server")
    return server.url
