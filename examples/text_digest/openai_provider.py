"""Work done by a model of OpenAI, or of any server with the same interface. Its instructions are in `prompt.md`."""

import json
from pathlib import Path

from ai_module_runtime import JobError, ModuleContext, PermanentError, Provider, Run, TransientError
from openai import APIStatusError, AsyncOpenAI, OpenAIError

from .config import TextDigestConfig
from .schemas import Input, Options, Output

INSTRUCTIONS = Path(__file__).with_name("prompt.md").read_text(encoding="utf-8")
TRANSIENT_STATUS_CODES = (408, 409, 429)


class OpenAIProvider(Provider[Input, Options, Output]):
    """Asks the model that the configuration names, at `base_url`."""

    def __init__(self, context: ModuleContext, config: TextDigestConfig) -> None:
        self._context = context
        self._config = config
        self._client: AsyncOpenAI | None = None

    async def connect(self) -> None:
        """Make the client. The retries are the job's, and so is the timeout."""
        # Servers on one's own machine need no key; the client insists on one.
        key = self._context.read_secret(self._config.api_key_env) or "none"
        self._client = AsyncOpenAI(api_key=key, base_url=self._config.base_url, max_retries=0, timeout=None)

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
            # Not every compatible server lists its models.
            return error.status_code == 404
        return True

    async def run(self, input_data: Input, run: Run[Options]) -> Output:
        """Send the input as one message."""
        message = json.dumps({"input": input_data, "options": run.options}, ensure_ascii=False)
        try:
            completion = await self._connected().chat.completions.create(
                model=self._config.model,
                messages=[{"role": "system", "content": INSTRUCTIONS}, {"role": "user", "content": message}],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "output", "schema": self._context.output_schema or {}, "strict": False},
                },
            )
        except OpenAIError as error:
            raise _job_error(error) from error
        text = completion.choices[0].message.content or ""
        if completion.usage is not None:
            run.usage(
                model=completion.model,
                input_tokens=completion.usage.prompt_tokens,
                output_tokens=completion.usage.completion_tokens,
            )
        try:
            # The runtime compares it with the type.
            output: Output = json.loads(text)
        except ValueError:
            raise PermanentError("output_invalid", "the answer is not JSON") from None
        return output

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
