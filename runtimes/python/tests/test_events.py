"""The event bus inside one process."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from unittest.mock import patch

import pytest

from ai_module_runtime.events.event_bus import EVERY_EVENT, Event, EventBus, user_id_of
from ai_module_runtime.events.memory_transport import MemoryTransport


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    """A handler that fails is called again at once."""
    with patch("ai_module_runtime.events.event_bus.RETRY_DELAYS_SECONDS", (0, 0)):
        yield


def run(use: Callable[[EventBus], Awaitable[None]], subscribe: Callable[[EventBus], None]) -> MemoryTransport:
    """Use a bus of its own, then wait until everything is delivered."""
    transport = MemoryTransport()

    async def go() -> None:
        bus = EventBus(lambda: transport)
        subscribe(bus)
        await bus.start()
        await use(bus)
        await bus.stop()

    asyncio.run(go())
    return transport


def test_each_group_sees_each_event_once_in_order() -> None:
    seen: dict[str, list[str]] = {"one": [], "two": [], "all": []}

    def subscribe(bus: EventBus) -> None:
        for name, group in (("a.b", "one"), ("a.b", "two"), ("a.c", "two"), (EVERY_EVENT, "all")):

            async def handle(event: Event, group: str = group) -> None:
                seen[group].append(event.name)

            bus.on(name, group)(handle)

    async def publish(bus: EventBus) -> None:
        for name in ("a.b", "a.c", "a.d", "a.b"):
            await bus.publish(name, {}, "test")

    run(publish, subscribe)
    assert seen == {"one": ["a.b", "a.b"], "two": ["a.b", "a.c", "a.b"], "all": ["a.b", "a.c", "a.d", "a.b"]}


def test_a_handler_that_fails_is_tried_again_then_its_event_is_kept() -> None:
    calls = {"broken": 0, "flaky": 0}

    def subscribe(bus: EventBus) -> None:
        @bus.on("a.b", "broken")
        async def break_always(_event: Event) -> None:
            calls["broken"] += 1
            raise ZeroDivisionError

        @bus.on("a.b", "flaky")
        async def break_once(_event: Event) -> None:
            calls["flaky"] += 1
            if calls["flaky"] == 1:
                raise ZeroDivisionError

    async def publish(bus: EventBus) -> None:
        await bus.publish("a.b", {}, "test")

    transport = run(publish, subscribe)
    assert calls == {"broken": 3, "flaky": 2}
    assert [(group, reason) for group, _event, reason in transport.buried] == [("broken", "ZeroDivisionError")]


def test_a_slow_group_delays_neither_the_publisher_nor_others() -> None:
    finished: list[str] = []
    released = asyncio.Event()

    def subscribe(bus: EventBus) -> None:
        @bus.on("a.b", "slow")
        async def wait(_event: Event) -> None:
            await released.wait()
            finished.append("slow")

        @bus.on("a.b", "quick")
        async def go_on(_event: Event) -> None:
            finished.append("quick")
            released.set()

    async def publish(bus: EventBus) -> None:
        await bus.publish("a.b", {}, "test")
        assert finished == []

    run(publish, subscribe)
    assert finished == ["quick", "slow"]


def test_data_must_be_json() -> None:
    async def publish(bus: EventBus) -> None:
        with pytest.raises(TypeError):
            await bus.publish("a.b", {"when": object()}, "test")

    run(publish, lambda _bus: None)


def test_an_event_survives_its_way_as_text() -> None:
    event = Event("a.b", {"x": [1, None, "é"]}, "test", "job-1")
    assert Event.from_json(event.to_json()) == event


@pytest.mark.parametrize(("data", "user_id"), [({"user_id": "alice"}, "alice"), ({"user_id": 7}, None), ({}, None)])
def test_finds_the_user_of_an_event(data: dict[str, object], user_id: str | None) -> None:
    assert user_id_of(Event("a.b", data, "test")) == user_id
