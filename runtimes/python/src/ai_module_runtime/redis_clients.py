"""Redis clients, one per event loop; only used in distributed mode."""

import asyncio
import weakref

from redis.asyncio import Redis

from app.core.config import get_settings

_clients: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Redis]" = weakref.WeakKeyDictionary()


def get_redis_client() -> Redis:
    """The client of the running event loop, made on first use.

    Raises:
        RuntimeError: REDIS_URL is not set.
    """
    loop = asyncio.get_running_loop()
    client = _clients.get(loop)
    if client is None:
        url = get_settings().redis_url
        if url is None:
            raise RuntimeError("REDIS_URL is not set")
        client = _clients[loop] = Redis.from_url(url, decode_responses=True, socket_connect_timeout=2)
    return client


async def close_redis_client() -> None:
    """Close the client of the running event loop."""
    client = _clients.pop(asyncio.get_running_loop(), None)
    if client is not None:
        await client.aclose()
