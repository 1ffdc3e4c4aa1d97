"""A running server, as a host sees it."""

import threading
from collections.abc import Callable
from pathlib import Path

STOP_SECONDS = 20.0


class EmbeddedPostgres:
    """A running server. It ends with the last process that uses it, also without `stop`."""

    def __init__(
        self, url: str, host: str, port: int, folder: Path, *, is_owner: bool, end: Callable[[float], None]
    ) -> None:
        self.url = url
        """Connects asyncpg, psycopg and SQLAlchemy (with its own scheme) through the socket.

        Changes if the server was killed and started again."""
        self.host = host
        """The folder of the socket. Changes with `url`."""
        self.port = port
        self.user = "postgres"
        self.database = "postgres"
        self.folder = folder
        """The folder that contains `pg`."""
        self.is_owner = is_owner
        """Whether this call started the server."""
        self._end: Callable[[float], None] | None = end
        self._lock = threading.Lock()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Return after the server ended, if no other process of the host uses it, or after some seconds."""
        with self._lock:
            if self._end:
                self._end(seconds)
            self._end = None
