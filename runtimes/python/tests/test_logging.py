"""What must not stand in a log."""

import logging

import pytest

from ai_module_runtime.logs import RedactingFormatter, Redactor

# Two secrets, one of them too short to be looked for.
ENV = {"MY_API_KEY": "planted-key", "SHORT_TOKEN": "ab"}


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
    assert Redactor(ENV).redact(text) == shown


def test_also_out_of_tracebacks() -> None:
    try:
        raise ValueError("planted-key")
    except ValueError as error:
        record = logging.LogRecord("app", logging.ERROR, "", 0, "failed", None, (type(error), error, None))
    line = RedactingFormatter(ENV).format(record)
    assert "ValueError" in line
    assert "planted-key" not in line
