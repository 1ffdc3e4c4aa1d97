"""Settings of text_digest: defaults < manifest.yaml < environment (`TEXT_DIGEST_*`)."""

import ai_module_runtime as base
from ai_module_runtime.modules import standard_settings as standard
from pydantic import Field
from pydantic_settings import SettingsConfigDict


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
