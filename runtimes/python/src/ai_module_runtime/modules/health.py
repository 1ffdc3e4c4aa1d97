"""Probing what a module depends on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

PROBE_SECONDS = 2.0

Probe = Callable[[], Awaitable[bool]]


async def run_probes(probes: dict[str, Probe]) -> dict[str, bool]:
    """Run all probes at the same time; one that raises or takes two seconds counts as failed."""
    results = await asyncio.gather(*(_run(name, probe) for name, probe in probes.items()))
    return dict(zip(probes, results, strict=True))


async def _run(name: str, probe: Probe) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return bool(await probe())
    except Exception as error:
        logger.warning("probe %s failed (%s)", name, type(error).__name__)
        return False
