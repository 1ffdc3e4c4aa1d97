"""Redis clients, one per event loop; only used with AI_REDIS_URL."""

import asyncio
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis


class RedisClients:
    """The clients of one host. A connection lives on the loop that opened it."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = weakref.WeakKeyDictionary()

    def client(self) -> "Redis":
        """The client of the running event loop, made on first use.

        Raises:
            RuntimeError: no Redis is configured.
        """
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            if self._url is None:
                raise RuntimeError("AI_REDIS_URL is not set")
            from redis.asyncio import Redis

            client = Redis.from_url(self._url, decode_responses=True, socket_connect_timeout=2)
            self._clients[loop] = client
        return client

    async def close(self) -> None:
        """Close the client of the running event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()
