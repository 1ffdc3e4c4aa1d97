"""Fixtures for the tests of the host and of its modules, on a throw-away folder.

DATABASE_URL and REDIS_URL may be set; without them the host runs embedded. A `.env` file is not read.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from app.testing.host import Host

DATA_DIR = tempfile.mkdtemp(prefix="ai-host-tests-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

# Before anything of the host is imported: Celery is configured on import.
os.environ.update(
    DATA_DIR=DATA_DIR,
    ENV_FILE="",
    JWT_SECRET=uuid4().hex,
    LOG_LEVEL="WARNING",
    TEST_ENDPOINTS="1",
)

# Tests must not reach a provider on the network.
for folder in (Path(__file__).parent.parent / "ai" / "modules").iterdir():
    os.environ[f"{folder.name.upper()}_PROVIDER"] = "local"


@pytest.fixture(scope="session")
def host() -> "Iterator[Host]":
    """A running host with all modules and a worker."""
    from starlette.testclient import TestClient

    from app.core.config import get_settings
    from app.main import app
    from app.tasks.embedded import EmbeddedWorker
    from app.testing.host import Host

    with TestClient(app) as client:
        running = Host(client)
        if not get_settings().distributed:
            yield running
            return
        worker = EmbeddedWorker()
        running.call(worker.start)
        yield running
        running.call(worker.stop)


@pytest.fixture
def user_id() -> str:
    """The id of a user that nothing is known of."""
    return f"user-{uuid4()}"
