"""Probing what a module depends on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ai_module_runtime.engine.errors import DatabaseUnavailableError

logger = logging.getLogger(__name__)

PROBE_SECONDS = 2.0

Probe = Callable[[], Awaitable[bool]]
"""Checks a dependency: false, or an error, if it is unavailable."""


class ProbeError(Exception):
    """Raised by a probe that knows why: `code` is shown to admins."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class ProbeResult:
    """Whether a probe succeeded; if not, the reason if it gave one."""

    succeeded: bool
    reason: str | None = None


async def run_probes(probes: Mapping[str, Probe]) -> dict[str, ProbeResult]:
    """Run all probes at the same time; one that raises or takes two seconds counts as failed."""
    results = await asyncio.gather(*(_run(name, probe) for name, probe in probes.items()))
    return dict(zip(probes, results, strict=True))


async def _run(name: str, probe: Probe) -> ProbeResult:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return ProbeResult(await probe())
    except ProbeError as error:
        return ProbeResult(False, error.code)
    except DatabaseUnavailableError:
        # Everything else in the process reports it.
        return ProbeResult(False)
    except Exception as error:
        logger.warning("probe %s failed (%s)", name, type(error).__name__)
        return ProbeResult(False)
