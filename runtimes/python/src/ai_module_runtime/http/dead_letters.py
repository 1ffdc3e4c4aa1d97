"""Events that were given up after all retries, for administrators."""

import logging
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from ai_module_runtime.clock import UtcTime
from ai_module_runtime.engine import store
from ai_module_runtime.errors import HttpError
from ai_module_runtime.http.admin_query import MAX_AT_ONCE, Limit, Text, query_parameters, read_query
from ai_module_runtime.http.dependencies import HostDep
from ai_module_runtime.http.errors import InvalidRequest, error_responses
from ai_module_runtime.http.permissions import Admin, require_admin
from ai_module_runtime.logs import Line

router = APIRouter(prefix="/dead-letters", tags=["operations"], dependencies=[Depends(require_admin)])
logger = logging.getLogger(__name__)

MAX_ID = 400
ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(.+)", re.IGNORECASE | re.DOTALL)

LetterId = Annotated[str, Path(max_length=MAX_ID)]


class DeadLetter(BaseModel):
    """An event that was given up for a module."""

    id: str
    event_id: str
    module: str
    event: str
    source_module: str
    correlation_id: str
    occurred_at: str
    dead_at: UtcTime
    attempt: int
    error_code: str


class DeadLetterDetails(DeadLetter):
    """The same with its data."""

    data: dict[str, Any]


class DeadLetterPage(BaseModel):
    """Dead letters, the latest first, and whether there are older ones."""

    dead_letters: list[DeadLetter]
    has_more: bool


class ReplayFilter(BaseModel):
    """Which events to deliver again."""

    model_config = ConfigDict(extra="forbid")

    module: Text | None = None
    event: Text | None = None
    error_code: Text | None = None


class LetterQuery(BaseModel):
    """Which events to list, at most `limit` that were given up before the one `before`."""

    module: Text | None = None
    event: Text | None = None
    error_code: Text | None = None
    before: Annotated[str, Field(max_length=MAX_ID)] | None = None
    limit: Limit = 20


class Replayed(BaseModel):
    """How many events are delivered again, and whether more of them match."""

    replayed: int
    has_more: bool


@router.get(
    "",
    operation_id="find_dead_letters",
    openapi_extra=query_parameters(LetterQuery),
    responses={422: {"model": InvalidRequest}},
)
async def find_dead_letters(request: Request, host: HostDep) -> DeadLetterPage:
    """List events that were given up, the latest first."""
    query = read_query(LetterQuery, request)
    wanted = store.LetterFilter(query.module, query.event, query.error_code)
    before = None if query.before is None else _key_of(query.before)
    found = await host.store.find_dead_letters(wanted, query.limit + 1, before)
    return DeadLetterPage(
        dead_letters=[DeadLetter(**_view_of(letter)) for letter in found[: query.limit]],
        has_more=len(found) > query.limit,
    )


@router.get("/{id}", operation_id="inspect_dead_letter", responses=error_responses(404))
async def inspect_dead_letter(id: LetterId, host: HostDep) -> DeadLetterDetails:  # noqa: A002
    """Look at an event that was given up, with its data."""
    found = await host.store.find_dead_letters(_filter_of(id), 1)
    if not found:
        raise HttpError(404, "dead_letter_not_found")
    return DeadLetterDetails(**_view_of(found[0]), data=found[0].event.data)


@router.post("/replay", operation_id="replay_dead_letters", status_code=202)
async def replay_dead_letters(body: ReplayFilter, admin: Admin, host: HostDep) -> Replayed:
    """Deliver events that were given up and match again, the latest first."""
    wanted = store.LetterFilter(body.module, body.event, body.error_code)
    replayed = await host.store.replay_dead_letters(wanted, MAX_AT_ONCE)
    logger.info(Line("dead letters replayed", user_id=admin.id, replayed=replayed))
    has_more = replayed == MAX_AT_ONCE and bool(await host.store.find_dead_letters(wanted, 1))
    return Replayed(replayed=replayed, has_more=has_more)


@router.post("/{id}/replay", operation_id="replay_dead_letter", status_code=202, responses=error_responses(404))
async def replay_dead_letter(id: LetterId, admin: Admin, host: HostDep) -> Replayed:  # noqa: A002
    """Deliver an event that was given up again."""
    wanted = _filter_of(id)
    if await host.store.replay_dead_letters(wanted, 1) == 0:
        raise HttpError(404, "dead_letter_not_found")
    logger.info(Line("dead letter replayed", user_id=admin.id, event_id=wanted.event_id, module=wanted.module))
    return Replayed(replayed=1, has_more=False)


def _key_of(letter_id: str) -> tuple[str, str] | None:
    """The event and the module of an id."""
    match = ID.fullmatch(letter_id)
    return None if match is None else (match[1], match[2])


def _filter_of(letter_id: str) -> store.LetterFilter:
    key = _key_of(letter_id)
    if key is None:
        raise HttpError(404, "dead_letter_not_found")
    return store.LetterFilter(event_id=key[0], module=key[1])


def _view_of(letter: store.DeadLetter) -> dict[str, Any]:
    event = letter.event
    return {
        "id": letter.id,
        "event_id": event.event_id,
        "module": letter.module,
        "event": event.name,
        "source_module": event.source_module,
        "correlation_id": event.correlation_id,
        "occurred_at": event.occurred_at,
        "dead_at": letter.dead_at,
        "attempt": letter.attempt,
        "error_code": letter.error_code,
    }
