"""What must not stand in a log."""

import json
import logging
import re
from typing import Any

import pytest

from ai_module_runtime.logs import JsonFormatter, Line, Redactor, log_fields

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


def format_line(message: object, error: BaseException | None = None) -> dict[str, Any]:
    info = None if error is None else (type(error), error, error.__traceback__)
    line: dict[str, Any] = json.loads(
        JsonFormatter(ENV).format(logging.LogRecord("app", logging.WARNING, "", 0, message, None, info))
    )
    return line


def test_a_line_is_json_with_the_fields_of_its_context() -> None:
    with log_fields(request_id="r-1"), log_fields(job_id="j-1"):
        line = format_line(Line("job ended", outcome="failed", error_code=None))
    time = line.pop("time")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert line == {
        "level": "warn",
        "logger": "app",
        "request_id": "r-1",
        "job_id": "j-1",
        "outcome": "failed",
        "message": "job ended",
    }
    assert str(Line("job ended", job_id=1, error_code=None)) == "job ended job_id=1"


def test_an_error_is_logged_without_its_text() -> None:
    reasons = ["key sk-123 refused", "cannot log in as postgres:secret"]
    try:
        try:
            raise TypeError(reasons[0])
        except TypeError as error:
            raise ValueError(reasons[1]) from error
    except ValueError as error:
        line = format_line("failed", error)
    assert line["err"]["type"] == "ValueError"
    assert line["err"]["cause"]["type"] == "TypeError"
    assert "test_logging.py" in line["err"]["stack"]
    assert not re.search("sk-123|secret", json.dumps(line))


def test_secrets_are_taken_out_of_lines() -> None:
    line = format_line(Line("the key is planted-key", key="planted-key"))
    assert (line["message"], line["key"]) == ("the key is ***", "***")
