"""Redis, where AI_REDIS_URL is set."""

from redis.asyncio import Redis

from app.host import host


async def get_redis_client() -> Redis:
    """The client of the running event loop.

    Raises:
        RuntimeError: AI_REDIS_URL is not set.
    """
    return host.redis.client()
