"""Logging to standard output, with secrets and the texts of exceptions taken out of every line."""

import logging
import os
import re
import sys
import traceback
from functools import lru_cache
from types import TracebackType
from typing import Any

from app.core.config import get_settings

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
SECRET_NAME = re.compile(r"(KEY|SECRET|TOKEN|PASSWORD)$")
URL_PASSWORD = re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*(?=@)")
MIN_SECRET_LENGTH = 6


@lru_cache(maxsize=1)
def _secret_values() -> tuple[str, ...]:
    values = [value for name, value in os.environ.items() if SECRET_NAME.search(name)]
    return tuple(sorted((value for value in values if len(value) >= MIN_SECRET_LENGTH), key=len, reverse=True))


def redact(text: str) -> str:
    """`text` without the values of secret environment variables and without passwords in URLs."""
    for value in _secret_values():
        text = text.replace(value, "***")
    return URL_PASSWORD.sub("***:***", text)


ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, then redacts it."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802
        """What was raised and where, and what caused it; not its text, which may repeat what users sent."""
        error, parts = ei[1], list[str]()
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\nbecause of\n\n".join(parts)

    def format(self, record: logging.LogRecord) -> str:
        """The redacted line."""
        return redact(super().format(record))


def configure_logging(**_signal_arguments: Any) -> None:
    """Send every logger of the process to standard output at LOG_LEVEL."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(RedactingFormatter(FORMAT))
    logging.basicConfig(level=get_settings().log_level.upper(), handlers=[handler], force=True)
    # One line per request of the openai client is noise, and so is one per task that is sent or delivered.
    for name in ("httpx", "httpx2", "celery.app.trace", "celery.beat", "celery.worker.strategy"):
        logging.getLogger(name).setLevel(logging.WARNING)
