"""Settings of text_digest. Their values are in manifest.yaml; `TEXT_DIGEST_<KEY>` in the environment overrides them."""

from ai_module_runtime import ModuleConfig


class TextDigestConfig(ModuleConfig):
    """The keys of this module under `configuration`, besides those that every module has."""

    key_phrases: int
    summary_sentences: int
