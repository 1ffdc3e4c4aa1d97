"""The work of a module, and what it is given."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, Generic, Protocol, TypeGuard

from typing_extensions import TypeVar

from ai_module_runtime.jobs.values import JsonObject
from ai_module_runtime.users import User

InputT = TypeVar("InputT", default=JsonObject)
OptionsT = TypeVar("OptionsT", default=JsonObject)
OutputT = TypeVar("OutputT", default=JsonObject)

POLL_SECONDS = 0.05

ReportProgress = Callable[[int], Awaitable[None]]
"""Stores the progress of a job, in percent."""


class Run(Generic[OptionsT]):
    """One run of the work: an attempt at a job, or a direct call. It is cancelled as any other task of asyncio.

    `user` is who the work is done for, with the permissions of the request in a direct call and without any in a job.
    `user` and `job_id` are None for a direct call without them.
    """

    def __init__(
        self,
        options: OptionsT,
        report: ReportProgress,
        logger: logging.Logger,
        *,
        user: User | None = None,
        job_id: str | None = None,
    ) -> None:
        self.options = options
        self.logger = logger
        self.user = user
        self.job_id = job_id
        self.metadata: dict[str, Any] = {}
        """Stored with the result, besides `duration_ms`."""
        self._report = report

    async def progress(self, percent: float) -> None:
        """Report how far the work is, 0 to 100. It never falls, and 100 is for completed jobs.

        Raises:
            ClaimLostError: the job was cancelled, or another worker has it.
        """
        await self._report(int(percent))

    def usage(self, **values: str | float | None) -> None:
        """Add to the metadata of the result, such as `model`, `input_tokens` and `output_tokens`.

        Numbers of repeated calls are added, other values are replaced.
        """
        for name, value in values.items():
            before = self.metadata.get(name)
            if _is_number(value) and _is_number(before):
                self.metadata[name] = before + value
            elif value is not None:
                self.metadata[name] = value


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Provider(ABC, Generic[InputT, OptionsT, OutputT]):
    """Does the work of a module. Only `run` is required."""

    async def connect(self) -> None:
        """Open connections. Called once, before any work."""

    async def close(self) -> None:
        """Close them; also called when `connect` failed."""

    async def ping(self) -> bool:
        """Whether work would be accepted now; may raise."""
        return True

    @abstractmethod
    async def run(self, input_data: InputT, run: Run[OptionsT]) -> OutputT:
        """Do the work and return its output.

        Raises:
            TransientError: worth another try.
            PermanentError: another try would fail as well.
        """


class PollingProvider(Protocol):
    """The provider of older modules: `process` begins with the work, `get_status` asks how far it is."""

    async def connect(self) -> None:
        """Open connections."""

    async def close(self) -> None:
        """Close them."""

    async def ping(self) -> bool:
        """Whether work would be accepted now."""

    async def process(self, input_data: JsonObject, options: JsonObject) -> Any:
        """Begin with the work."""

    async def get_status(self, answer_id: str) -> Any:
        """Ask how far it is."""


class Polled(Provider[Any, Any, Any]):
    """Does the work of a `PollingProvider`."""

    def __init__(self, polled: PollingProvider) -> None:
        self._polled = polled
        self.connect = polled.connect  # type: ignore[method-assign]
        self.close = polled.close  # type: ignore[method-assign]
        self.ping = polled.ping  # type: ignore[method-assign]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._polled, name)

    async def run(self, input_data: Any, run: Run[Any]) -> Any:
        """Ask until the answer is complete."""
        answer = await self._polled.process(input_data, run.options)
        while not answer.is_complete:
            await run.progress(answer.progress_percent)
            await asyncio.sleep(POLL_SECONDS)
            answer = await self._polled.get_status(answer.id)
        return answer.data
