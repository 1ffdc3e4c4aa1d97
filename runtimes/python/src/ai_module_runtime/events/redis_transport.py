"""Events between processes: one Redis stream, one consumer group per group of handlers."""

import asyncio
import logging
import uuid
from typing import Any

from redis.exceptions import RedisError, ResponseError

from ai_module_runtime.events.event_bus import Deliver, Event
from ai_module_runtime.redis_clients import RedisClients

logger = logging.getLogger(__name__)

STREAM = "events"
DEAD_LETTERS = "events:dead"
MAX_EVENTS = 100_000
BATCH = 32
BLOCK_MS = 1000
RECONNECT_SECONDS = 0.5

Messages = list[tuple[str, dict[str, str] | None]]


class RedisTransport:
    """Acknowledges an event after its handlers ran; events of a dead consumer are claimed by another."""

    def __init__(self, redis: RedisClients, lease_seconds: float) -> None:
        self._redis = redis
        self._lease_seconds = lease_seconds
        self._consumer = uuid.uuid4().hex
        self._pumps: list[asyncio.Task[None]] = []

    async def start(self, groups: list[str], deliver: Deliver) -> None:
        """Create the groups, then read on their behalf."""
        for group in groups:
            await self._create_group(group, since="$")
        self._pumps = [asyncio.create_task(self._pump(group, deliver)) for group in groups]

    async def publish(self, event: Event) -> None:
        """Append the event to the stream."""
        await self._redis.client().xadd(STREAM, {"event": event.to_json()}, maxlen=MAX_EVENTS, approximate=True)

    async def bury(self, group: str, event: Event, reason: str) -> None:
        """Append the event to the stream of dead letters."""
        logger.error("dead letter for %s: %s %s after %s", group, event.name, event.event_id, reason)
        fields: dict[Any, Any] = {"group": group, "event": event.to_json(), "reason": reason}
        await self._redis.client().xadd(DEAD_LETTERS, fields, maxlen=MAX_EVENTS, approximate=True)

    async def ping(self) -> bool:
        """Whether Redis answers."""
        return bool(await self._redis.client().ping())

    async def stop(self) -> None:
        """Stop reading; what is not acknowledged is delivered after the next start."""
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _create_group(self, group: str, since: str) -> None:
        try:
            await self._redis.client().xgroup_create(STREAM, group, id=since, mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _pump(self, group: str, deliver: Deliver) -> None:
        while True:
            try:
                for message_id, fields in await self._read(group):
                    if fields is not None:
                        await deliver(group, Event.from_json(fields["event"]))
                    await self._redis.client().xack(STREAM, group, message_id)
            except RedisError as error:
                logger.warning("events of %s cannot be read (%s)", group, type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)
                if "NOGROUP" in str(error):
                    # Redis lost its data. From 0, not from now: events published since then are wanted.
                    await self._recreate_group(group)
            except Exception:
                # Whatever happens to one event, the others are wanted. It is not acknowledged, and claimed again.
                logger.exception("an event was not delivered to %s", group)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _recreate_group(self, group: str) -> None:
        try:
            await self._create_group(group, since="0")
        except RedisError:
            logger.warning("group %s cannot be created yet", group)

    async def _read(self, group: str) -> Messages:
        redis = self._redis.client()
        idle_ms = int(self._lease_seconds * 1000)
        claimed = await redis.xautoclaim(STREAM, group, self._consumer, min_idle_time=idle_ms, count=BATCH)
        orphans: Messages = claimed[1]
        if orphans:
            return orphans
        answer: Any = await redis.xreadgroup(group, self._consumer, {STREAM: ">"}, count=BATCH, block=BLOCK_MS)
        return [message for _, messages in answer or [] for message in messages]
