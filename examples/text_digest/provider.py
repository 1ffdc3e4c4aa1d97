"""Where the work is done: `LocalProvider` reads the text itself, `openai_provider.py` asks a model."""

import asyncio
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from ai_module_runtime import ModuleContext, PermanentError

from .config import TextDigestConfig
from .utils import content_words, iter_strings, key_phrases, split_sentences, summary


@dataclass(frozen=True)
class Answer:
    """What a provider has so far; `data` is the output once the work is complete."""

    id: str
    is_complete: bool
    progress_percent: int
    data: dict[str, Any]


class Provider(Protocol):
    """Does the work, at once or over a longer time."""

    async def connect(self) -> None:
        """Open connections."""

    async def close(self) -> None:
        """Close them; also called when `connect` failed."""

    async def ping(self) -> bool:
        """Whether work would be accepted now; may raise."""

    async def process(self, input_data: dict[str, Any], options: dict[str, Any]) -> Answer:
        """Begin with the work."""

    async def get_status(self, answer_id: str) -> Answer:
        """Ask how far it is."""


class LocalProvider:
    """Finds key phrases and a summary by counting which words stand together: no model, no network."""

    def __init__(self, config: TextDigestConfig) -> None:
        self._config = config

    async def connect(self) -> None:
        """There is nothing to open."""

    async def close(self) -> None:
        """There is nothing to close."""

    async def ping(self) -> bool:
        """Always there."""
        return True

    async def process(self, input_data: dict[str, Any], options: dict[str, Any]) -> Answer:
        """Read all texts of the input; the answer is complete."""
        text = "\n\n".join(iter_strings(input_data))
        # Off the event loop: a long text takes seconds, and the job's lease is renewed meanwhile.
        data = await asyncio.to_thread(self._digest, text)
        return Answer(str(uuid4()), True, 100, data)

    async def get_status(self, answer_id: str) -> Answer:
        """Never asked: `process` gives a complete answer."""
        raise PermanentError("provider_rejected", "there is nothing to wait for")

    def _digest(self, text: str) -> dict[str, Any]:
        sentences = split_sentences(text)
        return {
            "summary": summary(sentences, self._config.summary_sentences),
            "key_phrases": key_phrases(sentences, self._config.key_phrases),
            "sentences": len(sentences),
            "content_words": len(content_words(text)),
        }


def create_provider(
    context: ModuleContext,
    config: TextDigestConfig,
) -> Provider:
    """The provider that the configuration chooses."""
    if config.provider == "openai":
        # Imported only here: it takes a second, and modules on the local provider do without.
        from .openai_provider import OpenAIProvider

        return OpenAIProvider(context, config)
    return LocalProvider(config)
