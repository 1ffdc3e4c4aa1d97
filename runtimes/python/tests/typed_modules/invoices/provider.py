"""Where the work is done: what the input asks for."""

from typing import cast

from ai_module_runtime import ModuleContext, Provider, Run

from .config import InvoicesConfig
from .schemas import Input, Options, Output, sample_output


class SampleProvider(Provider[Input, Options, Output]):
    """Returns an example."""

    async def run(self, input_data: Input, run: Run[Options]) -> Output:
        await run.progress(50)
        run.usage(sample=True, model="m", input_tokens=2)
        run.usage(input_tokens=3)
        match input_data.get("mode"):
            case "bad output":
                return cast("Output", {"lines": [{"text": 5}]})
            case "half a character":
                return {"lines": [{"text": "a\ud800b", "amount": 1}], "pages": 1}
            case "who":
                user = None if run.user is None else run.user.id
                return {"lines": [{"text": f"{user} {run.job_id}", "amount": 1}], "pages": run.options["pages"]}
        return {**sample_output, "pages": run.options["pages"]}


def create_provider(_context: ModuleContext, _config: InvoicesConfig) -> Provider[Input, Options, Output]:
    return SampleProvider()
