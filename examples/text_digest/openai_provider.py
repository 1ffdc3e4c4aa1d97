"""Work done by a model of OpenAI, or of any server with the same interface."""

import json
from typing import Any

from ai_module_runtime import JobError, ModuleContext, PermanentError, TransientError
from openai import APIStatusError, AsyncOpenAI, OpenAIError

from .config import TextDigestConfig
from .provider import Answer

TRANSIENT_STATUS_CODES = (408, 409, 429)


class OpenAIProvider:
    """Asks the model that the configuration names, at `base_url`."""

    def __init__(
        self,
        context: ModuleContext,
        config: TextDigestConfig,
    ) -> None:
        self._context = context
        self._config = config
        self._client: AsyncOpenAI | None = None

    async def connect(self) -> None:
        """Make the client. The retries are the job's, and so is the timeout."""
        self._client = AsyncOpenAI(
            # Servers on one's own machine need no key; the client insists on one.
            api_key=self._context.read_secret(self._config.api_key_env) or "none",
            base_url=self._config.base_url,
            max_retries=0,
            timeout=None,
        )

    async def close(self) -> None:
        """Close the client's connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def ping(self) -> bool:
        """Whether the server answers and accepts the key."""
        try:
            await self._connected().models.list()
        except APIStatusError as error:
            return error.status_code == 404
        return True

    async def process(self, input_data: dict[str, Any], options: dict[str, Any]) -> Answer:
        """Send the input as one message; the answer is complete."""
        message = json.dumps({"input": input_data, "options": options}, ensure_ascii=False)
        try:
            completion = await self._connected().chat.completions.create(
                model=self._config.model,
                messages=[{"role": "user", "content": message}],
            )
        except OpenAIError as error:
            raise _job_error(error) from error
        data = {
            "text": completion.choices[0].message.content or "",
            "model": completion.model,
            "tokens": completion.usage.total_tokens if completion.usage else 0,
        }
        return Answer(completion.id, True, 100, data)

    async def get_status(self, answer_id: str) -> Answer:
        """Never asked: `process` gives a complete answer."""
        raise PermanentError("provider_rejected", "there is nothing to wait for")

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            raise TransientError("provider_unavailable", "not connected")
        return self._client


def _job_error(error: OpenAIError) -> JobError:
    """Transient where another try may succeed: no answer, an overloaded or a broken server."""
    if not isinstance(error, APIStatusError):
        return TransientError("provider_unavailable", type(error).__name__)
    if error.status_code >= 500 or error.status_code in TRANSIENT_STATUS_CODES:
        return TransientError("provider_unavailable", f"status {error.status_code}")
    return PermanentError("provider_rejected", f"status {error.status_code}")
