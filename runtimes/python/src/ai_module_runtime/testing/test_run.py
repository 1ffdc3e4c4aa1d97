"""A run without a job, for tests of providers."""

import logging
from typing import Any, cast

from ai_module_runtime.jobs.run import OptionsT, Run


class TestRun(Run[OptionsT]):
    """Records what a provider reports: `percents`, and usage in `metadata`."""

    # Not a test, although its name looks like one to pytest.
    __test__ = False

    # With OptionsT | None, mypy takes what the choices of a union have in common.
    def __init__(self, options: OptionsT = cast("Any", None)) -> None:  # noqa: B008
        self.percents: list[int] = []
        super().__init__(cast("Any", {}) if options is None else options, self._record, logging.getLogger("test"))

    async def _record(self, percent: int) -> None:
        self.percents.append(percent)
