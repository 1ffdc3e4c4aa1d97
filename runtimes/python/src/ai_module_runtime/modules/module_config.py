"""Configuration of modules: defaults < manifest.yaml < environment."""

import json
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, StrictBool, StrictStr, TypeAdapter, ValidationError, conlist
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ai_module_runtime.check_type import InvalidValueError, check_type
from ai_module_runtime.modules import standard_settings as standard
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.types import Integer, Number

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"

PROVIDERS = ("local", "sample", "openai")

ITEMS: dict[str, Any] = {"string": StrictStr, "integer": Integer, "number": Number, "boolean": StrictBool}

ConfigT = TypeVar("ConfigT", bound="ModuleConfig")


class ConfigError(Exception):
    """A manifest whose `configuration` does not fit the module's configuration class, or a bad variable."""


class ModuleConfig(BaseSettings):
    """The keys that every module has. Defaults, limits and descriptions of a module's own keys are in its manifest."""

    model_config = SettingsConfigDict(extra="forbid", validate_default=True, frozen=True)

    timeout_seconds: standard.TimeoutSeconds = 300
    retry_attempts: standard.RetryAttempts = 3
    retry_delay_seconds: standard.RetryDelaySeconds = 60
    retention_days: standard.RetentionDays = 30
    max_pending_jobs: standard.MaxPendingJobs = 100
    max_input_bytes: standard.MaxInputBytes = 1_048_576
    provider: standard.Provider = "local"
    model: standard.Model = "gpt-4o-mini"
    base_url: standard.BaseUrl = "https://api.openai.com/v1"
    api_key_env: standard.ApiKeyEnv = "OPENAI_API_KEY"

    @classmethod
    def has_standard_provider(cls) -> bool:
        """Whether the class leaves it to the manifest which providers there are."""
        return cls.model_fields["provider"].annotation is str and not cls.model_fields["provider"].metadata

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only arguments: `load_config` reads the environment that the host passes on."""
        return (init_settings,)


def json_schema_of(config_class: type[ModuleConfig], manifest: ModuleMetadata) -> dict[str, Any]:
    """The JSON Schema of a module's configuration, with the defaults, limits and descriptions of the manifest."""
    schema = {"$schema": JSON_SCHEMA, **config_class.model_json_schema()}
    properties: dict[str, dict[str, Any]] = schema["properties"]
    properties["provider"].setdefault("enum", list(PROVIDERS))
    for key in manifest.configuration:
        if key in properties and key not in ModuleConfig.model_fields:
            properties[key] = _without_names(properties[key])
    properties |= {key: entry for key, entry in _lists(manifest).items() if key in properties}
    for key, default in manifest.configuration_values.items():
        properties.get(key, {})["default"] = default
    for key, entry in _long_forms(manifest).items():
        given: dict[str, Any] = {
            name: entry[name] for name in ("minimum", "maximum", "enum", "description") if name in entry
        }
        properties.get(key, {}).update(given)
    required = [key for key in schema.pop("required", ()) if "default" not in properties[key]]
    return {**schema, "required": required} if required else schema


def _without_names(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a key as the Node runtime writes it: no title, and no null for a key that may be absent."""
    rest = {name: value for name, value in schema.items() if name not in ("title", "anyOf", "writeOnly")}
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) != 1:
        return {name: value for name, value in schema.items() if name != "title"}
    if rest.get("default") is None:
        rest.pop("default", None)
    return {**_without_names(choices[0]), **rest}


def load_config(config_class: type[ConfigT], manifest: ModuleMetadata, env: Mapping[str, str]) -> ConfigT:
    """Make a module's configuration from its manifest and environment variables. An empty one counts as absent.

    Raises:
        ConfigError: an unknown key, a bad type or a value out of range.
    """
    values = manifest.configuration_values
    unknown = set(values) - set(config_class.model_fields)
    if unknown:
        raise ConfigError(f"unknown keys: {', '.join(sorted(unknown))}")
    given = {**values, **_from(config_class, manifest.name, env)}
    lists = _checked_lists(given, manifest)
    try:
        for key, value in {**values, **lists}.items():
            _check_type(config_class, key, value)
        config = config_class(**{**given, **lists})
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise ConfigError("; ".join(problems)) from None
    problems = list(_out_of_range(config, manifest))
    if problems:
        raise ConfigError("; ".join(problems))
    return config


class EffectiveSetting(BaseModel):
    """A setting of a module as administrators see it. `value` is JSON; `***` for a secret."""

    key: str
    value: Any
    source: Literal["environment", "manifest", "default"]
    variable: str
    description: str | None


def effective_settings(
    config: ModuleConfig, manifest: ModuleMetadata, env: Mapping[str, str]
) -> Iterator[EffectiveSetting]:
    """The settings of a module, and where each comes from."""
    long_forms = _long_forms(manifest)
    values = config.model_dump(mode="json")
    for key, value in values.items():
        variable = f"{manifest.name}_{key}".upper()
        entry = long_forms.get(key, {})
        is_secret = bool(entry.get("secret")) or isinstance(getattr(config, key), SecretStr)
        in_manifest = key in manifest.configuration_values
        yield EffectiveSetting(
            key=key,
            value="***" if is_secret and value else value,
            source="environment" if env.get(variable) else "manifest" if in_manifest else "default",
            variable=variable,
            description=entry.get("description"),
        )


def _checked_lists(values: Mapping[str, Any], manifest: ModuleMetadata) -> dict[str, Any]:
    """The lists that the manifest declares. Both stacks refuse the same ones with the same message."""
    checked: dict[str, Any] = {}
    problems: list[str] = []
    for key, entry in _lists(manifest).items():
        if key not in values:
            continue
        item = ITEMS[entry["items"]["type"]]
        checked_list = conlist(item, min_length=entry.get("minItems"), max_length=entry.get("maxItems"))
        try:
            checked[key] = check_type(TypeAdapter[Any](checked_list), values[key])
        except InvalidValueError as error:
            problems += [f"{'.'.join(map(str, (key, *loc)))}: {msg}" for loc, _, msg in error.problems]
    if problems:
        raise ConfigError("; ".join(problems))
    return checked


def _from(config_class: type[ModuleConfig], module: str, env: Mapping[str, str]) -> dict[str, Any]:
    """The values that the environment sets: text, and JSON for lists."""
    texts = {key: env.get(f"{module}_{key}".upper(), "") for key in config_class.model_fields}
    return {
        key: _from_json(text) if _takes_json(config_class.model_fields[key].annotation) else text
        for key, text in texts.items()
        if text != ""
    }


def _takes_json(annotation: Any) -> bool:
    """Whether a value is a list or a mapping."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType, Annotated):
        return any(_takes_json(each) for each in get_args(annotation))
    return origin is not None and origin is not Literal


def _from_json(text: str) -> Any:
    """Text that is no JSON stays text, and the check then says what is wrong with it."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError:
        return text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _check_type(config_class: type[ModuleConfig], key: str, value: Any) -> None:
    """Check strictly: only the environment, which is all text, may write a number as a string."""
    field = config_class.model_fields[key]
    annotation: Any = Annotated[field.annotation, field]
    TypeAdapter(annotation).validate_python(value, strict=True)


def _out_of_range(config: ModuleConfig, manifest: ModuleMetadata) -> Iterator[str]:
    """The manifest may narrow the range of a key, also of one that every module has."""
    limits = {"provider": {"enum": PROVIDERS}} if type(config).has_standard_provider() else {}
    for key, entry in {**limits, **_long_forms(manifest)}.items():
        value: Any = getattr(config, key, None)
        value = value.get_secret_value() if isinstance(value, SecretStr) else value
        if value is None:
            continue
        if "minimum" in entry and value < entry["minimum"]:
            yield f"{key}: must be at least {entry['minimum']}"
        if "maximum" in entry and value > entry["maximum"]:
            yield f"{key}: must be at most {entry['maximum']}"
        if "enum" in entry and value not in entry["enum"]:
            yield f"{key}: must be one of {', '.join(map(str, entry['enum']))}"


def _lists(manifest: ModuleMetadata) -> dict[str, dict[str, Any]]:
    """The lists in their long form, except those that do not tell the type of their items."""
    found: dict[str, dict[str, Any]] = {}
    for key, entry in manifest.configuration.items():
        if isinstance(entry, list) and (item_type := _item_type(entry)) is not None:
            found[key] = {"type": "array", "items": {"type": item_type}}
        elif isinstance(entry, dict) and entry.get("type") == "array" and "items" in entry:
            found[key] = {name: entry[name] for name in ("type", "items", "minItems", "maxItems") if name in entry}
    return found


def _item_type(items: list[Any]) -> str | None:
    """The type of which all items are."""
    adapters = {name: TypeAdapter[Any](conlist(item)) for name, item in ITEMS.items()}
    return next((name for name, adapter in adapters.items() if items and _fits(adapter, items)), None)


def _fits(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _long_forms(manifest: ModuleMetadata) -> dict[str, dict[str, Any]]:
    return {key: entry for key, entry in manifest.configuration.items() if isinstance(entry, dict)}
