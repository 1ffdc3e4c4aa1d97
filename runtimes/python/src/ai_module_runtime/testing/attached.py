"""Fixtures for the tests of modules in an attached application, without an option of pytest.

In a conftest.py beside the folder of the modules:

    host, user_id = module_fixtures(f"{__package__}.modules")
"""

import importlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ai_module_runtime.testing.fixtures import test_environment as environment_of
from ai_module_runtime.testing.test_host import TestHost


def module_fixtures(modules: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The fixtures `host`, a running host with the modules of a package and without the application, and `user_id`."""

    @pytest.fixture(scope="session", name="host")
    def running_host() -> Iterator[TestHost]:
        from ai_module_runtime import Ports, create_host, read_settings

        folders = [folder for path in importlib.import_module(modules).__path__ for folder in Path(path).iterdir()]
        with tempfile.TemporaryDirectory(prefix="ai-modules-tests-") as data_dir:
            env = {**os.environ, **environment_of(data_dir, (folder for folder in folders if folder.is_dir()))}
            host = create_host(read_settings(env), Ports(authenticate=lambda _request: None), modules=modules)
            with TestHost(host).running() as running:
                yield running

    @pytest.fixture(name="user_id")
    def some_user_id() -> str:
        return f"user-{uuid4()}"

    return running_host, some_user_id
