"""Time as this host writes it: UTC, and with a `Z` where it leaves the process."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import PlainSerializer


def utcnow() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def format_utc(moment: datetime) -> str:
    """ISO 8601 with milliseconds: `2026-01-31T23:59:59.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


UtcTime = Annotated[datetime, PlainSerializer(format_utc, return_type=str)]
"""A datetime field that is written with `format_utc` in JSON."""
