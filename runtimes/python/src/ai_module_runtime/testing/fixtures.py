"""A pytest plugin: fixtures for the tests of a host and of its modules, on a temporary folder.

The option `ai_host` names the host as `package.module:attribute`. TEST_DATABASE_URL and TEST_REDIS_URL may name servers;
without them the host gets a database of its own on an embedded PostgreSQL. A `.env` file is not read, and
no provider on the network is used.
"""

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import yaml

if TYPE_CHECKING:
    from ai_module_runtime.testing.test_host import TestHost

_DEFAULT_MODULES_DIR = "app/ai/modules"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option that names the host."""
    parser.addini("ai_host", "the host under test, as package.module:attribute", default="app.host:host")


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment, before anything of the host is imported."""
    data_dir = tempfile.mkdtemp(prefix="ai-host-tests-")
    config.add_cleanup(lambda: shutil.rmtree(data_dir, ignore_errors=True))
    os.environ.update(test_environment(data_dir, _modules(config.rootpath)), ENV_FILE="")


def test_environment(data_dir: str, modules: Iterable[Path]) -> dict[str, str]:
    """The variables for a host under test, which has these folders of modules."""
    env = {"AI_DATA_DIR": data_dir, "AI_JWT_SECRET": uuid4().hex, "AI_LOG_LEVEL": "WARNING", "AI_TEST_ENDPOINTS": "1"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        if url := os.environ.get(f"TEST_{name}"):
            env[f"AI_{name}"] = url
    for folder in modules:
        if (provider := _offline_provider(folder)) is not None:
            env[f"{folder.name.upper()}_PROVIDER"] = provider
    return env


# Not a test, whatever pytest thinks of the name.
test_environment.__test__ = False  # type: ignore[attr-defined]


def _modules(root: Path) -> list[Path]:
    settings = root / "ai-modules.yaml"
    values = yaml.safe_load(settings.read_text(encoding="utf-8")) if settings.exists() else None
    folder = root / ((values or {}).get("modules_dir") or _DEFAULT_MODULES_DIR)
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def _offline_provider(folder: Path) -> str | None:
    """`sample` for a module with types, `local` for others; None if its manifest lists other providers only."""
    try:
        manifest = yaml.safe_load((folder / "manifest.yaml").read_text(encoding="utf-8"))
        provider = "sample" if "input" in manifest or "output" in manifest else "local"
        declared = (manifest.get("configuration") or {}).get("provider")
        choices = declared.get("enum") if isinstance(declared, dict) else None
    except (OSError, TypeError, AttributeError, yaml.YAMLError):
        # The host reports it.
        return None
    return provider if choices is None or provider in choices else None


@pytest.fixture(scope="session")
def host(pytestconfig: pytest.Config) -> "Iterator[TestHost]":
    """A running host with all modules and a worker."""
    from ai_module_runtime.testing.test_host import TestHost

    module, _, attribute = str(pytestconfig.getini("ai_host")).partition(":")
    with TestHost(getattr(importlib.import_module(module), attribute)).running() as running:
        yield running


@pytest.fixture
def user_id() -> str:
    """The id of a user that nothing is known of."""
    return f"user-{uuid4()}"
