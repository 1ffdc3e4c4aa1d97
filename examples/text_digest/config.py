"""Settings of text_digest: defaults < manifest.yaml < environment (`TEXT_DIGEST_*`)."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.ai import module_config as base
from app.ai import standard_settings as standard


class TextDigestConfig(base.ModuleConfig):
    """The keys under `configuration` in the manifest, and the standard ones of `ModuleConfig`."""

    model_config = SettingsConfigDict(env_prefix="TEXT_DIGEST_")

    timeout_seconds: standard.TimeoutSeconds = 60
    retry_attempts: standard.RetryAttempts = 2
    provider: standard.Provider = Field(
        default="local",
    )
    key_phrases: int = Field(
        default=5,
        ge=1,
        le=50,
        description="How many key phrases a digest has.",
    )
    summary_sentences: int = Field(
        default=2,
        ge=1,
        le=20,
        description="How many sentences a summary has.",
    )


@lru_cache
def get_config() -> TextDigestConfig:
    """The settings, read once."""
    return base.load_config(TextDigestConfig, Path(__file__).parent)
