"""Serve a host with uvicorn."""

import asyncio
import errno
import logging
import os
import socket
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

import uvicorn

from ai_module_runtime.engine.errors import DatabaseUnavailableError, SchemaMissingError, SchemaPermissionError
from ai_module_runtime.engine.executor import GRACE_SECONDS
from ai_module_runtime.host import Host
from ai_module_runtime.http.protocol import JsonErrorProtocol
from ai_module_runtime.http.request_guard import MAX_HEADER_BYTES
from ai_module_runtime.logs import configure_logging
from ai_module_runtime.postgres.error import EmbeddedPostgresError

logger = logging.getLogger("app")


# How long a shutdown may take before the process ends anyway.
SHUTDOWN_SECONDS = 15.0


class Server(uvicorn.Server):
    """Logs the address, which is not known before if the port is 0, and ends in time after a signal."""

    def __init__(self, host: Host) -> None:
        config = uvicorn.Config(
            host.app,
            host=host.settings.host,
            port=host.settings.port,
            log_config=None,
            access_log=False,
            http=JsonErrorProtocol,
            h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            timeout_graceful_shutdown=int(GRACE_SECONDS),
        )
        super().__init__(config)
        self._host = host

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop. Unlike uvicorn, the process does not end by the signal afterwards, but with an exit code."""
        if self.should_exit:
            return
        self.should_exit = True
        limit = threading.Timer(SHUTDOWN_SECONDS, _end_late)
        limit.daemon = True
        limit.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more work while requests that run still go on."""
        self._host.stop_claiming()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then log where the server listens."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            logger.info("listening on http://%s", address)


def _end_late() -> None:
    logger.error("the host did not stop in time")
    logging.shutdown()
    os._exit(1)


def _bind(host: str, port: int) -> list[socket.socket]:
    """Sockets at the addresses of a host. Bound here, because uvicorn would only log why it can't."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return [_bound(family, address) for family, _, _, _, address in dict.fromkeys(found)]
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(f"PORT {port} is in use: stop the process that uses it, or set another PORT")
        code = errno.errorcode.get(error.errno or 0, str(error))
        sys.exit(f"HOST and PORT: can't listen on {host}:{port} ({code})")


def _bound(family: int, address: Any) -> socket.socket:
    listening = socket.socket(family)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(address)
    return listening


def run_host(host: Host) -> NoReturn:
    """Serve the host at `host` and `port` of its settings until the process gets a signal, then end the process.

    Port 0 takes a free one. The exit code is 1 if the host could not start; without a database it says why in one line.
    """
    configure_logging(host.settings)
    try:
        asyncio.run(host.set_up_schema())
    except (EmbeddedPostgresError, SchemaMissingError, SchemaPermissionError) as error:
        sys.exit(f"database: {error}")
    except DatabaseUnavailableError as error:
        sys.exit(f"database: {error}. Check AI_DATABASE_URL.")
    except PermissionError as error:
        sys.exit(f"AI_DATA_DIR: {error.filename} can't be written to")
    server = Server(host)
    listening = _bind(host.settings.host, host.settings.port)
    with suppress(KeyboardInterrupt):
        server.run(sockets=listening)
    logging.shutdown()
    # Not sys.exit: threads with work that cannot be interrupted would keep the process.
    os._exit(0 if server.started else 1)
