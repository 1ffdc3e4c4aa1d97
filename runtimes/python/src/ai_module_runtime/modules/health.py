"""Probing what a module depends on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from ai_module_runtime.engine.errors import DatabaseUnavailableError

logger = logging.getLogger(__name__)

PROBE_SECONDS = 2.0

Probe = Callable[[], Awaitable[bool]]


class ProbeError(Exception):
    """Raised by a probe that knows why: `code` is shown to admins."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def run_probes(probes: Mapping[str, Probe]) -> dict[str, str | None]:
    """Run all probes at the same time. Returns what is wrong with each, as a code, or None.

    A probe that raises or takes two seconds counts as failed.
    """
    results = await asyncio.gather(*(_run(name, probe) for name, probe in probes.items()))
    return dict(zip(probes, results, strict=True))


async def _run(name: str, probe: Probe) -> str | None:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return None if await probe() else "unavailable"
    except ProbeError as error:
        return error.code
    except DatabaseUnavailableError:
        # Everything else in the process reports it.
        return "database_unavailable"
    except TimeoutError:
        return "timeout"
    except Exception as error:
        logger.warning("probe %s failed (%s)", name, type(error).__name__)
        return "unavailable"
