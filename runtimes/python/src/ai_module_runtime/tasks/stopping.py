"""When work must be handed back because its process is told to stop, in worker processes and their children."""

from multiprocessing.sharedctypes import RawValue
from time import monotonic
from typing import Any

GRACE_SECONDS = 4.0

# Shared memory: a prefork worker's children see what their parent writes. Without a lock, for a killed child
# would keep it; a double is written at once.
_deadline = RawValue("d", 0.0)


def stop_soon(**_signal_arguments: Any) -> None:
    """Let work go on for some seconds only."""
    _deadline.value = monotonic() + GRACE_SECONDS


def run_on() -> None:
    """Let work go on, after an earlier host in this process was stopped."""
    _deadline.value = 0.0


def must_stop() -> bool:
    """Whether work must be handed back now."""
    return bool(0.0 < _deadline.value <= monotonic())
