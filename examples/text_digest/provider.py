"""Where the work is done: `LocalProvider` reads the text itself, `openai_provider.py` asks a model."""

import asyncio

from ai_module_runtime import ModuleContext, Provider, Run

from .config import TextDigestConfig
from .schemas import Input, Options, Output
from .utils import content_words, key_phrases, split_sentences, summary


class LocalProvider(Provider[Input, Options, Output]):
    """Finds key phrases and a summary by counting which words stand together: no model, no network."""

    def __init__(self, config: TextDigestConfig) -> None:
        self._config = config

    async def run(self, input_data: Input, run: Run[Options]) -> Output:
        """Read the text off the event loop: a long one takes seconds, and the job's lease is renewed meanwhile."""
        return await asyncio.to_thread(self._digest, input_data["text"], run.options)

    def _digest(self, text: str, options: Options) -> Output:
        sentences = split_sentences(text)
        return {
            "summary": summary(sentences, options.get("summary_sentences", self._config.summary_sentences)),
            "key_phrases": key_phrases(sentences, options.get("key_phrases", self._config.key_phrases)),
            "sentences": len(sentences),
            "content_words": len(content_words(text)),
        }


def create_provider(context: ModuleContext, config: TextDigestConfig) -> Provider[Input, Options, Output]:
    """The provider that the configuration chooses."""
    if config.provider == "openai":
        # Imported only here: it takes a second, and modules on another provider do without.
        from .openai_provider import OpenAIProvider

        return OpenAIProvider(context, config)
    return LocalProvider(config)
