"""Tests that a module's manifest and code agree."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import astuple
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias, get_type_hints
from unittest.mock import Mock

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator

from ai_module_runtime.check_type import InvalidValueError, ValueType
from ai_module_runtime.events.event_data import EventData
from ai_module_runtime.events.module_events import ModuleEvents
from ai_module_runtime.events.own_event import OwnEvent
from ai_module_runtime.http.permissions import PermissionCheck
from ai_module_runtime.jobs.events import LifecycleEvents
from ai_module_runtime.modules.base_module import BaseAIModule
from ai_module_runtime.modules.fingerprint import stale_types

if TYPE_CHECKING:
    from ai_module_runtime.testing.test_host import TestHost


def describe_contract(module: str) -> type:
    """Tests that the code of a module agrees with its manifest, as a class to be assigned to `TestContract`.

    The module must start: then it serves the endpoints of the manifest with their permissions. Its events, its
    configuration, its types and the samples in `schemas.py` are compared here.
    """

    class Contract:
        def test_the_module_starts(self, host: "TestHost") -> None:
            error = host.host.orchestrator.get_candidate(module).error
            if error is not None:
                raise AssertionError(f"{module} does not start: {error}. The log has the reason")

        def test_its_class_is_that_of_the_manifest(self, host: "TestHost") -> None:
            found = _started(host, module)
            _compare("the class of the module", {type(found).__name__}, {found.get_metadata().class_name})

        def test_it_publishes_the_events_of_the_manifest(self, host: "TestHost") -> None:
            manifest = _started(host, module).get_metadata()
            own = {each.name for each in vars(_part(host, module, "events")).values() if isinstance(each, OwnEvent)}
            _compare("events_emitted", own | {*manifest.lifecycle_events.values()}, {*manifest.events_emitted})

        def test_it_subscribes_to_the_events_of_the_manifest(self, host: "TestHost") -> None:
            manifest = _started(host, module).get_metadata()
            subscribed = host.host.events.subscriptions().get(module, [])
            _compare("events_subscribed", {*subscribed}, {*manifest.events_subscribed})

        def test_its_configuration_fits(self, host: "TestHost") -> None:
            check_configuration(_started(host, module))

        def test_it_has_the_types_of_the_manifest(self, host: "TestHost") -> None:
            stale = stale_types(_started(host, module).get_metadata(), _part(host, module, "schemas"))
            if stale is not None:
                raise AssertionError(stale)

        def test_its_samples_fit_their_types(self, host: "TestHost") -> None:
            schemas = _part(host, module, "schemas")
            for name, hint in get_type_hints(schemas, include_extras=True).items():
                if hint is TypeAlias:
                    continue
                try:
                    ValueType(hint).check(getattr(schemas, name))
                except InvalidValueError as error:
                    raise AssertionError(f"{name} of schemas.py does not fit its type: {error}") from None

    return Contract


def _compare(what: str, code: set[str], manifest: set[str]) -> None:
    if code != manifest:
        missing, unknown = ", ".join(sorted(manifest - code)), ", ".join(sorted(code - manifest))
        raise AssertionError(f"{what}: the code lacks [{missing}], the manifest lacks [{unknown}]")


def _started(host: "TestHost", module: str) -> BaseAIModule:
    found = host.host.orchestrator.get_candidate(module).module
    if found is None:
        raise LookupError(f"{module} has not started")
    return found


def _part(host: "TestHost", module: str, name: str) -> ModuleType:
    return import_module(f"{host.host.orchestrator.get_candidate(module).package}.{name}")


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
    """Check that the manifest's configuration fits the schema, and that the schema has its defaults.

    Raises:
        AssertionError: a default differs, or a key has none.
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
