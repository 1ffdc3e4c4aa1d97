"""What text_digest does with a request. Jobs, retries, limits and cancelling come from the runtime."""

import asyncio
from typing import Any

import ai_module_runtime as base
from ai_module_runtime import JobSpec, ModuleContext

from .config import TextDigestConfig
from .events import LIFECYCLE_EVENTS
from .provider import create_provider

POLL_SECONDS = 0.05


class TextDigestService(base.JobService):
    """One call of the provider for each job, polled until it is complete."""

    def __init__(
        self,
        context: ModuleContext,
        config: TextDigestConfig | None = None,
    ) -> None:
        self.config = config or context.load_config(TextDigestConfig)
        self.provider = create_provider(context, self.config)
        spec = JobSpec(
            name="text_digest",
            events=LIFECYCLE_EVENTS,
            max_concurrent_jobs=4,
        )
        super().__init__(context, spec, self.config)

    async def initialize(self) -> None:
        """Open the provider."""
        await self.provider.connect()

    async def shutdown(self) -> None:
        """Close the provider."""
        await self.provider.close()

    async def check_provider(self) -> bool:
        """Whether the provider answers."""
        return await self.provider.ping()

    async def run(
        self,
        input_data: dict[str, Any],
        options: dict[str, Any],
        report_progress: base.ReportProgress,
    ) -> dict[str, Any]:
        """Do the work and return its output, a JSON object.

        Raises:
            TransientError: worth another try.
            PermanentError: another try would fail as well.
        """
        answer = await self.provider.process(input_data, options)
        while not answer.is_complete:
            await report_progress(answer.progress_percent)
            await asyncio.sleep(POLL_SECONDS)
            answer = await self.provider.get_status(answer.id)
        return answer.data
