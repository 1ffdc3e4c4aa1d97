"""The manifest of a module as the host reads it."""

import keyword
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ai_module_runtime.modules.endpoints import (
    LIFECYCLE,
    PERMISSION_PATTERN,
    Endpoint,
    EndpointEntry,
    namespace_of,
    read_endpoints,
    with_method,
)
from ai_module_runtime.modules.fingerprint import fingerprint_of
from ai_module_runtime.modules.type_schema import OptionalTypeSchema, TypeSchema, check_types
from ai_module_runtime.modules.yaml_core import parse_yaml

NAME_PATTERN = r"^[a-z][a-z0-9_]{1,49}$"
VERSION_PATTERN = r"^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$"
ENDPOINT_PATTERN = r"^(?:(?:GET|POST|PUT|PATCH|DELETE) )?(?:/(?:[A-Za-z0-9._~-]+|\{[a-z][a-z0-9_]*\}))+$"
EVENT_PATTERN = r"^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$"
RESERVED_NAMES = frozenset({"list", "health", "host"})
MODULE_DEPENDENCY = "module:"


TYPE_NAME_PATTERN = r"^[A-Z][A-Za-z0-9]{0,63}$"


class ManifestError(Exception):
    """A manifest that cannot be read or is not valid."""


def _check_name(name: str) -> str:
    if name in RESERVED_NAMES or keyword.iskeyword(name):
        raise ValueError("reserved name")
    return name


class EventEntry(BaseModel):
    """An entry of `events_emitted` or `events_subscribed` in its long form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str
    payload: OptionalTypeSchema = None

    @classmethod
    def of(cls, entry: Any) -> Self:
        """The entry, which may be in its short form."""
        return cls.model_validate({"event": entry} if isinstance(entry, str) else entry)


class Resources(BaseModel):
    """What a module needs. Quantities are written as in Kubernetes: `1`, `500m`, `2Gi`."""

    model_config = ConfigDict(frozen=True)

    cpu: str | int | float = "1"
    memory: str | int | float = "1Gi"
    max_concurrent_jobs: int = Field(default=10, ge=1)


class ModuleMetadata(BaseModel):
    """The contents of manifest.yaml. Lists of endpoints and events have their names; `*_entries` have the long forms."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: Annotated[str, Field(pattern=NAME_PATTERN), AfterValidator(_check_name)]
    version: str = Field(pattern=VERSION_PATTERN)
    description: str
    author: str
    class_name: str = Field(default="", pattern=r"^[A-Z][A-Za-z0-9]*$")
    dependencies: list[str] = []
    types: dict[Annotated[str, Field(pattern=TYPE_NAME_PATTERN)], TypeSchema] = {}
    input: OptionalTypeSchema = None
    options: OptionalTypeSchema = None
    output: OptionalTypeSchema = None
    endpoints: list[Annotated[str, Field(pattern=ENDPOINT_PATTERN), AfterValidator(with_method)]] = []
    permissions_required: list[Annotated[str, Field(pattern=PERMISSION_PATTERN)]] = []
    events_emitted: list[Annotated[str, Field(pattern=EVENT_PATTERN)]] = []
    events_subscribed: list[Annotated[str, Field(pattern=EVENT_PATTERN)]] = []
    resources: Resources = Resources()
    configuration: dict[str, Any] = {}
    endpoint_entries: list[EndpointEntry] = Field(default=[], exclude=True, repr=False)
    event_entries: list[EventEntry] = Field(default=[], exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _read_entries(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        values = {**values, "endpoint_entries": [], "event_entries": []}
        if isinstance(values.get("endpoints"), list):
            values["endpoint_entries"] = [EndpointEntry.of(entry) for entry in values["endpoints"]]
            values["endpoints"] = [entry.endpoint for entry in values["endpoint_entries"]]
        for field in ("events_emitted", "events_subscribed"):
            if isinstance(values.get(field), list):
                entries = [EventEntry.of(entry) for entry in values[field]]
                values["event_entries"] += entries
                values[field] = [entry.event for entry in entries]
        return values

    @model_validator(mode="after")
    def _check_types(self) -> Self:
        objects = [self.input, self.options, self.output, *(entry.input for entry in self.endpoint_entries)]
        others = [
            *(entry.output for entry in self.endpoint_entries),
            *(entry.payload for entry in self.event_entries),
        ]
        check_types(
            self.types,
            [each for each in objects if each is not None],
            [each for each in others if each is not None],
        )
        for entry in self.endpoint_entries:
            if entry.permission is not None and entry.permission not in self.permissions_required:
                raise ValueError(f"{entry.endpoint}: {entry.permission} is not in permissions_required")
        return self

    @cached_property
    def namespace(self) -> str:
        """The prefix of the module's permissions and events: usually its name."""
        return namespace_of(self.name, self.permissions_required, self.events_emitted)

    @cached_property
    def declared_endpoints(self) -> dict[str, Endpoint]:
        """The endpoints by `METHOD /path`."""
        return {endpoint.name: endpoint for endpoint in read_endpoints(self.endpoint_entries, self.namespace)}

    @property
    def read_permission(self) -> str:
        """What a user needs to read results."""
        results = (each.permission for each in self.declared_endpoints.values() if each.role == "result")
        return next(results, f"{self.namespace}:read")

    @property
    def lifecycle_events(self) -> dict[str, str]:
        """The events of a job's life that the module emits, by step."""
        names = {step: f"{self.namespace}.{step}" for step in LIFECYCLE}
        return {step: name for step, name in names.items() if name in self.events_emitted}

    @property
    def is_typed(self) -> bool:
        """Whether it declares the type of its input or output."""
        return self.input is not None or self.output is not None

    @property
    def fingerprint(self) -> str | None:
        """Identifies the types; None if nothing has one."""
        own = [self.input, self.options, self.output]
        of_endpoints = [
            [entry.endpoint, entry.input, entry.output]
            for entry in self.endpoint_entries
            if entry.input is not None or entry.output is not None
        ]
        entries = (self.event_entries[: len(self.events_emitted)], self.event_entries[len(self.events_emitted) :])
        of_events = [[[entry.event, entry.payload] for entry in part if entry.payload is not None] for part in entries]
        if not any(part is not None for part in own) and not any([of_endpoints, *of_events]):
            return None
        return fingerprint_of([self.types, *own, of_endpoints, *of_events])

    @property
    def stem(self) -> str:
        """The class name without `Module`: names in the OpenAPI document begin with it."""
        return self.class_name.removesuffix("Module") or self.class_name

    @property
    def needed_modules(self) -> list[str]:
        """Names of the modules that must be started before this one."""
        return [
            dependency.removeprefix(MODULE_DEPENDENCY)
            for dependency in self.dependencies
            if dependency.startswith(MODULE_DEPENDENCY)
        ]

    @property
    def configuration_values(self) -> dict[str, Any]:
        """The values under `configuration`: scalars as they are, of the long form its default."""
        values: dict[str, Any] = {}
        for key, value in self.configuration.items():
            if not isinstance(value, dict):
                values[key] = value
            elif "default" in value:
                values[key] = value["default"]
        return values


def read_manifest(folder: Path) -> ModuleMetadata:
    """Read `manifest.yaml` in a module's folder.

    Raises:
        ManifestError: there is none, or it is not valid.
    """
    try:
        text = (folder / "manifest.yaml").read_text(encoding="utf-8")
        metadata = ModuleMetadata.model_validate(parse_yaml(text) or {})
        # A module written by hand may make its metadata without it.
        if not metadata.class_name:
            raise ValueError("class_name is missing")
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ManifestError(f"{folder.name}: {error}") from error
    return metadata
