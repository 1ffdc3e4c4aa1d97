"""Logging to standard output, with secrets taken out of every line."""

import logging
import os
import re
import sys
from functools import lru_cache
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


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, then redacts it."""

    def format(self, record: logging.LogRecord) -> str:
        """The redacted line."""
        return redact(super().format(record))


def configure_logging(**_signal_arguments: Any) -> None:
    """Send every logger of the process to standard output at LOG_LEVEL."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(RedactingFormatter(FORMAT))
    logging.basicConfig(level=get_settings().log_level.upper(), handlers=[handler], force=True)
    # One line per request of the openai client is noise, and so is one per delivered task.
    for name in ("httpx", "httpx2", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)
