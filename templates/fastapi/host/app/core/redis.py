"""Redis, where REDIS_URL is set."""

from redis.asyncio import Redis

from app.host import host


async def get_redis_client() -> Redis:
    """The client of the running event loop.

    Raises:
        RuntimeError: REDIS_URL is not set.
    """
    return host.redis.client()
