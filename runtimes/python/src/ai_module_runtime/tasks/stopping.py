"""When work must be handed back because its process is told to stop, in worker processes and their children."""

from multiprocessing.sharedctypes import RawValue
from time import monotonic
from typing import Any

GRACE_SECONDS = 4.0


class Stopping:
    """The deadline of one host's work."""

    def __init__(self) -> None:
        # Shared memory: a prefork worker's children see what their parent writes. Without a lock, for a killed child
        # would keep it; a double is written at once.
        self._deadline = RawValue("d", 0.0)

    def stop_soon(self, **_signal_arguments: Any) -> None:
        """Let work go on for some seconds only."""
        self._deadline.value = monotonic() + GRACE_SECONDS

    def run_on(self) -> None:
        """Let work go on, after the host was stopped and started again."""
        self._deadline.value = 0.0

    def must_stop(self) -> bool:
        """Whether work must be handed back now."""
        return bool(0.0 < self._deadline.value <= monotonic())
