"""What text_digest does with a request. Jobs, retries, limits and cancelling come from the runtime."""

from ai_module_runtime import JobService, ModuleContext, Run

from .config import TextDigestConfig
from .provider import create_provider
from .schemas import Input, Options, Output


class TextDigestService(JobService[TextDigestConfig, Input, Options, Output]):
    """One call of the provider for each job."""

    def __init__(self, context: ModuleContext) -> None:
        super().__init__(context)
        self.provider = create_provider(context, self.config)

    async def run(self, input_data: Input, run: Run[Options]) -> Output:
        """Do the work of a job or of a direct call.

        Raises:
            TransientError: worth another try.
            PermanentError: another try would fail as well.
        """
        return await self.provider.run(input_data, run)
