"""What a module's code says about itself, for comparing it with the manifest."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import astuple
from typing import Any
from unittest.mock import Mock

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator

from ai_module_runtime.events.event_data import EventData
from ai_module_runtime.events.module_events import ModuleEvents
from ai_module_runtime.http.permissions import PermissionCheck
from ai_module_runtime.jobs.events import LifecycleEvents
from ai_module_runtime.modules.base_module import BaseAIModule

CustomEvent = tuple[Callable[..., Awaitable[object]], type[EventData]]
"""A function that publishes an event, and the type of the event's data."""


def permissions_of(module: BaseAIModule) -> dict[str, str]:
    """The permission that each endpoint asks for, by `METHOD /path`; an empty text for an unguarded one."""
    routes = (route for route in module.get_router().routes if isinstance(route, APIRoute))
    return {
        f"{method} {route.path}": ", ".join(_permissions(route.dependant))
        for route in routes
        for method in route.methods or ()
    }


def emitted_events(lifecycle: LifecycleEvents, custom_events: Iterable[CustomEvent]) -> list[str]:
    """Names of the lifecycle events, and of those that the given functions publish, sorted."""
    events = Mock(spec=ModuleEvents)
    for publish_event, data_class in custom_events:
        asyncio.run(_run(publish_event(events, data_class())))
    custom = [str(call.args[0]) for call in events.publish.await_args_list]
    return sorted([*(name for name in astuple(lifecycle) if name is not None), *custom])


def subscribed_events(register: Callable[[ModuleEvents, Any], None]) -> list[str]:
    """Names of the events that a module's `register_event_handlers` subscribes to, sorted."""
    bus = Mock(spec=ModuleEvents)
    register(bus, Mock())
    return sorted(str(call.args[0]) for call in bus.on.call_args_list)


def check_configuration(module: BaseAIModule) -> None:
    """Check that the manifest's configuration fits the schema, and that defaults agree.

    Raises:
        AssertionError: a default differs.
        jsonschema.ValidationError: a value does not fit.
    """
    schema = module.get_config_schema()
    Draft202012Validator.check_schema(schema)
    values = module.get_metadata().configuration_values
    Draft202012Validator(schema).validate(values)
    defaults = {key: schema["properties"][key].get("default") for key in values}
    if defaults != values:
        raise AssertionError(f"defaults of the configuration class {defaults} differ from the manifest's {values}")


async def _run(publishing: Awaitable[object]) -> None:
    await publishing


def _permissions(dependant: Dependant) -> Iterator[str]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, PermissionCheck):
            yield dependency.call.permission
        yield from _permissions(dependency)
