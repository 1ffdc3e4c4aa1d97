import os
from collections.abc import Iterator

import pytest

from tests.postgres.host import Hosts, skip_or_fail


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    made = Hosts()
    yield made
    made.close()


@pytest.fixture
def root() -> None:
    if os.geteuid() != 0:
        skip_or_fail("This test needs root.")
