"""Logging to standard output, as lines of JSON without secrets and the messages of exceptions."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from ai_module_runtime.settings import Settings

# The names of the Node runtime.
LEVELS = {"WARNING": "warn", "CRITICAL": "fatal"}
MAX_FRAMES = 8
# Where the scope of a request has what is logged about it: `id`, and `route`, a path with parameters.
REQUEST = "ai_module_runtime.request"
SECRET_NAME = re.compile(r"(KEY|SECRET|TOKEN|PASSWORD)$")
URL_PASSWORD = re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*(?=@)")
MIN_SECRET_LENGTH = 6
# One line per request of the openai client is noise, and so is one per task that is sent or delivered.
QUIET = ("httpx", "httpx2", "celery.app.trace", "celery.beat", "celery.worker.strategy")

_fields: ContextVar[Mapping[str, object]] = ContextVar("log_fields", default={})  # noqa: B039


@contextmanager
def log_fields(**fields: object) -> Iterator[None]:
    """Add fields to every line that is logged meanwhile, such as `request_id`."""
    token = _fields.set({**_fields.get(), **fields})
    try:
        yield
    finally:
        _fields.reset(token)


class Line:
    """A message with fields: keys of their own in JSON, otherwise `message key=value …`. Fields that are None are left out."""

    def __init__(self, message: str, **fields: object) -> None:
        self.message = message
        self.fields = {name: value for name, value in fields.items() if value is not None}

    def __str__(self) -> str:
        return " ".join([self.message, *(f"{name}={value}" for name, value in self.fields.items())])


class Redactor:
    """Removes the values of secret environment variables, and passwords in URLs."""

    def __init__(self, env: Mapping[str, str]) -> None:
        values = [value for name, value in env.items() if SECRET_NAME.search(name)]
        long_enough = {value for value in values if len(value) >= MIN_SECRET_LENGTH}
        self._secrets = sorted(long_enough, key=len, reverse=True)

    def redact(self, text: str) -> str:
        """`text` with `***` instead of secrets."""
        for value in self._secrets:
            text = text.replace(value, "***")
        return URL_PASSWORD.sub("***:***", text)


class JsonFormatter(logging.Formatter):
    """Formats a record as those of the Node runtime: `level`, `time`, `message` and fields."""

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__()
        self._redactor = Redactor(env)

    def format(self, record: logging.LogRecord) -> str:
        """The redacted line."""
        own = record.msg if isinstance(record.msg, Line) else None
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "level": LEVELS.get(record.levelname, record.levelname.lower()),
            "time": time.replace("+00:00", "Z"),
            "logger": record.name,
            **_fields.get(),
            **(own.fields if own else {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["err"] = describe_error(record.exc_info[1])
        line["message"] = own.message if own else record.getMessage()
        return json.dumps(self._redacted(line), ensure_ascii=False, default=str)

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._redacted(item) for name, item in value.items()}
        return self._redactor.redact(value) if isinstance(value, str) else value


def describe_error(error: BaseException) -> dict[str, Any]:
    """What an error is and where it comes from, but not its text: that may repeat what users sent."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:])
    code = getattr(error, "code", "")
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return {
        "type": type(error).__qualname__,
        "message": code if isinstance(code, str) else "",
        "stack": "".join(frames).rstrip(),
        **({} if cause is None else {"cause": describe_error(cause)}),
    }


def configure_logging(settings: Settings) -> None:
    """Send every logger of the process to standard output, at the level of the settings."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(settings.env))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").addFilter(_is_not_logged_yet)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _is_not_logged_yet(record: logging.LogRecord) -> bool:
    """`RequestLog` has logged what uvicorn logs about an exception, with the id of the request."""
    return not record.getMessage().startswith("Exception in ASGI application")
