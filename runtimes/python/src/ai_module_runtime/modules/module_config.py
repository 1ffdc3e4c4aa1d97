"""Configuration of modules: defaults < manifest.yaml < environment."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ai_module_runtime.modules import standard_settings as standard
from ai_module_runtime.modules.manifest import ModuleMetadata

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"

ConfigT = TypeVar("ConfigT", bound="ModuleConfig")


class ConfigError(Exception):
    """A manifest whose `configuration` does not fit the module's configuration class, or a bad variable."""


class ModuleConfig(BaseSettings):
    """The keys that every module has."""

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


def json_schema_of(config_class: type[ModuleConfig]) -> dict[str, Any]:
    """The JSON Schema of a configuration class: what a manifest's `configuration` may hold."""
    return {"$schema": JSON_SCHEMA, **config_class.model_json_schema()}


def load_config(config_class: type[ConfigT], manifest: ModuleMetadata, env: Mapping[str, str]) -> ConfigT:
    """Make a module's configuration from its manifest and environment variables. An empty one counts as absent.

    Raises:
        ConfigError: an unknown key, a bad type or a value out of range.
    """
    values = manifest.configuration_values
    unknown = set(values) - set(config_class.model_fields)
    if unknown:
        raise ConfigError(f"unknown keys: {', '.join(sorted(unknown))}")
    try:
        for key, value in values.items():
            _check_type(config_class, key, value)
        return config_class(**{**values, **_from(config_class, env)})
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise ConfigError("; ".join(problems)) from None


def _from(config_class: type[ModuleConfig], env: Mapping[str, str]) -> dict[str, str]:
    """The values that the environment sets, as text."""
    prefix = config_class.model_config.get("env_prefix") or ""
    variables = {key: env.get(f"{prefix}{key}".upper(), "") for key in config_class.model_fields}
    return {key: text for key, text in variables.items() if text != ""}


def _check_type(config_class: type[ModuleConfig], key: str, value: Any) -> None:
    """Check strictly: only the environment, which is all text, may write a number as a string."""
    field = config_class.model_fields[key]
    annotation: Any = Annotated[field.annotation, field]
    TypeAdapter(annotation).validate_python(value, strict=True)
