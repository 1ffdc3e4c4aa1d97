"""Logging to standard output, without secrets and the messages of exceptions."""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType

from ai_module_runtime.settings import Settings

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
SECRET_NAME = re.compile(r"(KEY|SECRET|TOKEN|PASSWORD)$")
URL_PASSWORD = re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*(?=@)")
MIN_SECRET_LENGTH = 6
# One line per request of the openai client is noise, and so is one per task that is sent or delivered.
QUIET = ("httpx", "httpx2", "celery.app.trace", "celery.beat", "celery.worker.strategy")

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


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


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, then redacts it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(FORMAT)
        self._redactor = Redactor(env)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802
        """The frames and type of the exception and its causes; not its message, which may repeat what users sent."""
        error, parts = ei[1], list[str]()
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\nbecause of\n\n".join(parts)

    def format(self, record: logging.LogRecord) -> str:
        """The redacted line."""
        return self._redactor.redact(super().format(record))


def configure_logging(settings: Settings) -> None:
    """Send every logger of the process to standard output, at the level of the settings."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(RedactingFormatter(settings.env))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
