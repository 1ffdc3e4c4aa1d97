"""The manifest of a module as the host reads it."""

import keyword
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ai_module_runtime.modules.yaml_core import parse_yaml

NAME_PATTERN = r"^[a-z][a-z0-9_]{1,49}$"
VERSION_PATTERN = r"^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$"
ENDPOINT_PATTERN = r"^(?:(?:GET|POST|PUT|PATCH|DELETE) )?(?:/(?:[A-Za-z0-9._~-]+|\{[a-z][a-z0-9_]*\}))+$"
PERMISSION_PATTERN = r"^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$"
EVENT_PATTERN = r"^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$"
RESERVED_NAMES = frozenset({"list", "health", "host"})
MODULE_DEPENDENCY = "module:"


STANDARD_METHODS = {
    "/process": "POST",
    "/status/{job_id}": "GET",
    "/list": "GET",
    "/cancel/{job_id}": "POST",
    "/result/{job_id}": "GET",
    "/admin/stats": "GET",
}


class ManifestError(Exception):
    """A manifest that cannot be read or is not valid."""


def _check_name(name: str) -> str:
    if name in RESERVED_NAMES or keyword.iskeyword(name):
        raise ValueError("reserved name")
    return name


def _with_method(endpoint: str) -> str:
    """`METHOD /path`, also for an endpoint that is written as a bare path."""
    return f"{STANDARD_METHODS.get(endpoint, 'POST')} {endpoint}" if endpoint.startswith("/") else endpoint


class Resources(BaseModel):
    """What a module needs. Quantities are written as in Kubernetes: `1`, `500m`, `2Gi`."""

    model_config = ConfigDict(frozen=True)

    cpu: str | int | float = "1"
    memory: str | int | float = "1Gi"
    max_concurrent_jobs: int = Field(default=10, ge=1)


class ModuleMetadata(BaseModel):
    """The contents of manifest.yaml."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: Annotated[str, Field(pattern=NAME_PATTERN), AfterValidator(_check_name)]
    version: str = Field(pattern=VERSION_PATTERN)
    description: str
    author: str
    class_name: str = Field(default="", pattern=r"^[A-Z][A-Za-z0-9]*$")
    dependencies: list[str] = []
    endpoints: list[Annotated[str, Field(pattern=ENDPOINT_PATTERN), AfterValidator(_with_method)]] = []
    permissions_required: list[Annotated[str, Field(pattern=PERMISSION_PATTERN)]] = []
    events_emitted: list[Annotated[str, Field(pattern=EVENT_PATTERN)]] = []
    events_subscribed: list[Annotated[str, Field(pattern=EVENT_PATTERN)]] = []
    resources: Resources = Resources()
    configuration: dict[str, Any] = {}

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
