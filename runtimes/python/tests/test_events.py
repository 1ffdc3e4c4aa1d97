"""Events between modules."""

from typing import Any
from uuid import uuid4

import pytest

from ai_module_runtime import Event, EventData, PermanentError, user_id_of
from ai_module_runtime.testing import TestHost, wait_until

from .conftest import Sample


def test_each_group_handles_an_event_until_it_succeeds(host: TestHost, sample: Sample) -> None:
    name, seen = f"sample.{uuid4().hex[:8]}x", list[tuple[str, Event]]()

    @sample.context.events.on(name)
    async def fail_once(event: Event) -> None:
        seen.append(("module", event))
        if [group for group, _ in seen].count("module") == 1:
            raise ZeroDivisionError("planted-secret")

    @host.host.events.on(name, "application")
    async def handle(event: Event) -> None:
        seen.append(("application", event))

    host.call(sample.register)
    event_id = str(uuid4())
    for _ in range(2):
        published = host.publish(name, {"a": [1, None, "é"]}, event_id)
    wait_until(lambda: True if len(seen) >= 3 else None)
    assert sorted(group for group, _ in seen) == ["application", "module", "module"]
    assert all(event == published for _, event in seen)
    assert (published.event_id, published.correlation_id, published.source_module) == (event_id, event_id, "host")
    assert published.occurred_at.endswith("Z")
    host.host.events.unsubscribe("application")


def test_models_are_published_without_fields_that_are_none(host: TestHost, sample: Sample) -> None:
    class Data(EventData):
        user_id: str | None = None
        pages: int = 3

    event = host.call(sample.context.events.publish, "sample.read", Data())
    assert (event.data, event.source_module) == ({"pages": 3}, "sample")


def test_a_value_that_is_not_json_is_not_published(host: TestHost, sample: Sample) -> None:
    with pytest.raises(TypeError):
        host.call(sample.context.events.publish, "sample.read", {"when": object()})
    assert sample.context.events.failures == 1


@pytest.mark.parametrize("data", [{}, {"user_id": ""}, {"user_id": 7}, {"user_id": None}])
def test_an_event_without_a_user(data: dict[str, Any]) -> None:
    event = Event("1", "user.deleted", data, "host", "c", "2026-01-01T00:00:00.000Z")
    with pytest.raises(PermanentError, match="user_id_missing"):
        user_id_of(event)
