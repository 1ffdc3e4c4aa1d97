"""What must not stand in a log."""

import logging
from collections.abc import Iterator

import pytest

from app.core import logging as host_logging


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two secrets in the environment, one of them too short to be looked for."""
    monkeypatch.setenv("MY_API_KEY", "planted-key")
    monkeypatch.setenv("SHORT_TOKEN", "ab")
    host_logging._secret_values.cache_clear()
    yield
    host_logging._secret_values.cache_clear()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the key is planted-key.", "the key is ***."),
        ("a table", "a table"),
        ("postgresql://ai:planted@db:5432/ai refused", "postgresql://***:***@db:5432/ai refused"),
        ("redis://:planted@cache/0", "redis://***:***@cache/0"),
    ],
)
def test_secrets_are_taken_out(text: str, shown: str) -> None:
    assert host_logging.redact(text) == shown


def test_also_out_of_tracebacks() -> None:
    try:
        raise ValueError("planted-key")
    except ValueError as error:
        record = logging.LogRecord("app", logging.ERROR, "", 0, "failed", None, (type(error), error, None))
    line = host_logging.RedactingFormatter(host_logging.FORMAT).format(record)
    assert "ValueError" in line
    assert "planted-key" not in line
