"""`GET /metrics` for Prometheus."""

import socket
from contextlib import suppress
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
    stored: list[Sample] | None = None
    is_up = await host.database_problem() is None
    if is_up and await host.metrics.flush(host.store):
        # What is wrong is reported where it is found.
        with suppress(Exception):
            stored = await host.store.read_metrics(instance_of(request.scope))
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
        format_metrics([*own, *(stored or ())]), media_type="text/plain; version=0.0.4; charset=utf-8"
    )


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
