"""`GET /metrics` for Prometheus."""

import asyncio
import socket
from collections.abc import Awaitable
from contextlib import suppress
from itertools import chain
from secrets import compare_digest
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from starlette.types import Scope

from ai_module_runtime.engine.metrics import format_metrics, labels_of
from ai_module_runtime.engine.store import Sample
from ai_module_runtime.errors import HttpError
from ai_module_runtime.http.dependencies import HostDep, OrchestratorDep
from ai_module_runtime.http.tokens import bearer_token

if TYPE_CHECKING:
    from ai_module_runtime.settings import Settings

READ_SECONDS = 2.0
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

router = APIRouter()


def instance_of(scope: Scope) -> str:
    """The address that a scrape reaches: processes that share it share their counters."""
    _, port = scope.get("server") or ("", None)
    return f"{socket.gethostname()}:{'' if port is None else port}"


@router.get("/metrics", include_in_schema=False)
async def get_metrics(request: Request, host: HostDep, orchestrator: OrchestratorDep) -> PlainTextResponse:
    """Counters of all processes: for this machine only, unless the settings say otherwise."""
    _refuse_strangers(request, host.settings)

    async def counters() -> list[Sample]:
        is_stored = await host.metrics.flush(host.store)
        return await host.store.read_counters(instance_of(request.scope)) if is_stored else []

    is_up = await host.database_problem() is None
    # A lock on jobs delays one part only.
    parts = await asyncio.gather(_in_time(counters()), _in_time(host.store.read_waiting())) if is_up else []
    mode = "embedded" if host.is_embedded else "distributed"
    modules = [
        Sample("ai_module_up", labels_of(module=candidate.name), -1, candidate.status == "ready")
        for candidate in orchestrator.candidates
    ]
    own = [
        Sample("ai_host_info", labels_of(mode=mode), -1, 1),
        Sample("ai_database_up", "", -1, is_up),
        *modules,
    ]
    return PlainTextResponse(
        format_metrics([*own, *chain(*parts)]), media_type="text/plain; version=0.0.4; charset=utf-8"
    )


async def _in_time(samples: Awaitable[list[Sample]]) -> list[Sample]:
    """Nothing after two seconds, or without an answer: what is wrong is reported where it is found."""
    with suppress(Exception):
        async with asyncio.timeout(READ_SECONDS):
            return await samples
    return []


def _refuse_strangers(request: Request, settings: "Settings") -> None:
    if settings.metrics_token is not None:
        if not compare_digest((bearer_token(request) or "").encode(), settings.metrics_token.encode()):
            raise HttpError(401, "invalid_token", {"WWW-Authenticate": "Bearer"})
        return
    address = request.client.host if request.client else ""
    is_local = address.removeprefix("::ffff:").startswith("127.") or address == "::1"
    is_forwarded = any(name in request.headers for name in FORWARDED)
    if settings.metrics != "open" and (is_forwarded or not is_local):
        raise HttpError(403, "permission_denied")
