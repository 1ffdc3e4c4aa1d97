"""Start the host: `python -m app`. HOST and PORT say where it listens; PORT=0 takes a free one."""

import logging
import os
import socket
from contextlib import suppress

import uvicorn

from app.core.config import get_settings
from app.core.logging import configure_logging
from app.main import app

logger = logging.getLogger("app")


class Server(uvicorn.Server):
    """Tells the address, which with PORT=0 is not known before."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then log where the server listens."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            logger.info("listening on http://%s", address)


def main() -> int:
    """Run the host until it is told to stop; the exit code is 1 if it could not start."""
    settings = get_settings()
    configure_logging()
    server = Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
        )
    )
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    # Not sys.exit: threads with work that cannot be interrupted would keep the process.
    os._exit(code)
