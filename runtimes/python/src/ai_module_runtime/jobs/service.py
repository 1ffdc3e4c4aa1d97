"""The base of every module's service: what is done with jobs, except the work itself."""

import asyncio
import inspect
from abc import ABC
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from functools import cached_property
from time import monotonic
from typing import Any, ClassVar, Generic, cast, get_args, get_origin
from uuid import NAMESPACE_OID, uuid4, uuid5

from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import TypeVar

from ai_module_runtime.check_type import InvalidValueError, ValueType
from ai_module_runtime.engine.errors import PermanentError, TransientError
from ai_module_runtime.engine.hooks import calling_hook
from ai_module_runtime.engine.store import Event, Job, JobPage
from ai_module_runtime.errors import InvalidInputError, TypeProblem
from ai_module_runtime.events.event_bus import user_id_in
from ai_module_runtime.jobs import errors
from ai_module_runtime.jobs.check_input import assert_json, assert_size, check_output
from ai_module_runtime.jobs.results import result_of
from ai_module_runtime.jobs.run import (
    InputT,
    OptionsT,
    OutputT,
    Polled,
    PollingProvider,
    Provider,
    ReportProgress,
    Run,
)
from ai_module_runtime.jobs.schemas import ProcessRequest, ProcessResponse, StatsResponse, typed_request
from ai_module_runtime.jobs.spec import JobSpec
from ai_module_runtime.jobs.states import JobStatus
from ai_module_runtime.jobs.values import InputData, JsonObject, OptionsData, OutputData
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.modules.module_config import ModuleConfig
from ai_module_runtime.traces import span
from ai_module_runtime.users import User

ConfigT = TypeVar("ConfigT", bound=ModuleConfig, default=ModuleConfig)

JobRow = Job
"""A job, as modules import it."""

INPUT_INVALID = "input_invalid"


def id_from_event(module: str, event_id: str) -> str:
    """The id of the job that an event starts in a module: a second delivery gives the same job."""
    return str(uuid5(NAMESPACE_OID, f"{module}:{event_id}"))


class JobService(ABC, Generic[ConfigT, InputT, OptionsT, OutputT]):
    """Starts, cancels, lists and runs the jobs of one module.

    The arguments of the type are the configuration class and the types of `schemas.py`. Values are compared with these
    types wherever they come from, and so is the output before it is stored.
    """

    config_class: ClassVar[type[ModuleConfig]] = ModuleConfig
    input_type: ClassVar[ValueType[Any] | None] = None
    """The type of inputs; None if the module declares none."""
    options_type: ClassVar[ValueType[Any] | None] = None
    output_type: ClassVar[ValueType[Any] | None] = None
    _has_old_run: ClassVar[bool] = False
    _provider: Provider[InputT, OptionsT, OutputT] | None = None

    def __init_subclass__(cls) -> None:
        """Take the types from `JobService[Config, Input, Options, Output]`."""
        super().__init_subclass__()
        # Modules of version 0.1 run with the input, the options, and a function that reports progress.
        cls._has_old_run = len(inspect.signature(cls.run).parameters) > 3
        for base in getattr(cls, "__orig_bases__", ()):
            found = get_args(base)
            if get_origin(base) is not JobService or any(isinstance(each, TypeVar) for each in found):
                continue
            config, *types = found
            cls.config_class = config
            untyped = (InputData, OptionsData, OutputData)
            cls.input_type, cls.options_type, cls.output_type = (
                None if each in (unknown, JsonObject, Any) else ValueType(each)
                for each, unknown in zip(types, untyped, strict=True)
            )

    def __init__(self, context: ModuleContext, spec: JobSpec | None = None, config: ConfigT | None = None) -> None:
        """Read the configuration. `spec` and `config` are those of older modules; leave them out.

        Raises:
            ConfigError: the configuration is not valid.
        """
        manifest = context.manifest
        self.context = context
        self.manifest = manifest
        self.events = context.events
        self.results = context.results
        self.log = context.log
        self.store = context.store
        self.config: ConfigT = config or cast("ConfigT", context.load_config(self.config_class))
        self.settings: ModuleConfig = self.config
        self.spec = spec or JobSpec.of(manifest)
        self._ready = False

    @property
    def provider(self) -> Provider[InputT, OptionsT, OutputT]:
        """What does the work. Set it in the constructor."""
        if self._provider is None:
            raise RuntimeError(f"{self.spec.name} has no provider")
        return self._provider

    @provider.setter
    def provider(self, provider: Provider[InputT, OptionsT, OutputT] | PollingProvider) -> None:
        has_run = isinstance(provider, Provider) or hasattr(provider, "run")
        self._provider = cast("Any", provider) if has_run else Polled(cast("Any", provider))

    async def initialize(self) -> None:
        """Open what the work needs. Called once in every process or thread that works for the module."""
        if self._provider is not None:
            await self._provider.connect()

    async def shutdown(self) -> None:
        """Close it again, also after an `initialize` that failed half-way."""
        if self._provider is not None:
            await self._provider.close()

    async def open(self) -> None:
        """Initialise the service unless it is; after a failure everything is closed again."""
        if self._ready:
            return
        try:
            await self.initialize()
        except BaseException:
            await self.shutdown()
            raise
        self._ready = True

    async def close(self) -> None:
        """Shut the service down unless it is."""
        if self._ready:
            self._ready = False
            await self.shutdown()

    async def check_provider(self) -> bool:
        """Whether the work could be done now; may raise."""
        return self._provider is None or await self._provider.ping()

    async def run(self, input_data: InputT, run: Run[OptionsT]) -> OutputT:
        """Do the work and return its output.

        Raises:
            TransientError: worth another try.
            PermanentError: another try would fail as well.
        """
        with span(f"provider {self.config.provider}", "internal"):
            return await self.provider.run(input_data, run)

    async def on_completed(self, job: Job, output: OutputT, db: AsyncSession) -> None:
        """Called in the transaction that completes a job; `db` is its session.

        What it writes through `db`, and events that it publishes, are stored with the result or not at all. If it raises,
        or takes longer than 10 seconds or what is left of `timeout_seconds`, the attempt has failed. It is cancelled with
        the job. `job` has the input and options, and is as it will be: completed, with `result_id`.
        """

    @property
    def has_completed_hook(self) -> bool:
        """Whether the module overrides `on_completed`."""
        return type(self).on_completed is not JobService.on_completed

    async def on_user_erased(self, user_id: str, db: AsyncSession) -> None:
        """Called in the transaction that erases the jobs of a user; `db` is its session. It may take 10 seconds."""

    @cached_property
    def request_model(self) -> type[ProcessRequest]:
        """The body of a request for work, with the types of the module."""
        return typed_request(f"{self.manifest.stem}ProcessRequest", self.input_type, self.options_type)

    async def start_processing(self, request: ProcessRequest, user_id: User | str, event_id: str | None = None) -> Job:
        """Store a job, which a worker starts; a second call with the same `event_id` gives the same job.

        Raises:
            InvalidInputError: the input does not fit its type, is larger than `max_input_bytes`, or not JSON.
            TooManyJobsError: the user has too many active jobs.
            DatabaseUnavailableError: it can't be stored.
        """
        input_data, options = self._checked(request.input_data, request.options)
        job_id = str(uuid4()) if event_id is None else id_from_event(self.spec.name, event_id)
        return await self._send(
            job_id,
            lambda: self.store.add_job(
                job_id,
                self.spec.name,
                user_id.id if isinstance(user_id, User) else user_id,
                input_data,
                options,
                priority=request.priority,
                max_active=self.config.max_pending_jobs,
            ),
        )

    async def _send(self, job_id: str, add: Callable[[], Awaitable[Job | None]]) -> Job:
        """Add a job: its attempts are below the span of this."""
        with span(f"send {self.spec.name}", "producer", {"ai.job.id": job_id}):
            await self.store.add_trace(job_id)
            job = await add()
        if job is None:
            raise errors.TooManyJobsError
        self.context.wake_workers()
        return job

    async def start_from_event(
        self,
        event: Event[Any],
        input_data: InputT | None = None,
        options: OptionsT | None = None,
    ) -> None:
        """Start a job for the user of an event; the same event twice is one job. An event without a user is ignored.

        Without `input_data`, a typed module takes the keys of the event's data that its input declares; others take all.

        Raises:
            PermanentError: `input_invalid`: the data does not fit.
            TooManyJobsError, DatabaseUnavailableError: worth another try.
        """
        user_id = user_id_in(event)
        if user_id is None:
            self.log.warning("%s %s names no user and is ignored", event.name, event.event_id)
            return
        data: Any = input_data
        if data is None:
            data = dict(event.data) if self.input_type is None else self.input_type.declared_part(event.data)
        given: Any = {} if options is None else options
        try:
            request = ProcessRequest.model_construct(input_data=data, options=given, priority=5)
            await self.start_processing(request, user_id, event_id=event.event_id)
        except InvalidInputError as error:
            raise PermanentError(INPUT_INVALID, str(error)) from None

    async def process_now(
        self,
        input_data: InputT,
        options: OptionsT | None = None,
        *,
        user: User | None = None,
    ) -> ProcessResponse:
        """Do the work at once, without a job, within `timeout_seconds`.

        Raises:
            InvalidInputError: the input does not fit its type, is larger than `max_input_bytes`, or not JSON.
            JobError: it failed, took longer (code `timeout`), or its output does not fit (`output_invalid`).
        """

        async def ignore(_percent: int) -> None:
            """There is no job whose progress could be stored."""

        checked, checked_options = self._checked(input_data, {} if options is None else options)
        run: Run[OptionsT] = Run(checked_options, ignore, self.log, user=user)
        started = monotonic()
        try:
            async with asyncio.timeout(self.config.timeout_seconds):
                output = await self.run_checked(checked, run)
        except TimeoutError as error:
            raise TransientError("timeout") from error
        duration_ms = round((monotonic() - started) * 1000)
        return ProcessResponse(output_data=cast("Any", output), metadata={**run.metadata, "duration_ms": duration_ms})

    async def run_job(self, job: Job, report: ReportProgress, metadata: dict[str, Any]) -> OutputT:
        """Do the work of a job. Called by the runtime."""
        job = self.checked_again(job)
        run: Run[OptionsT] = Run(
            cast("OptionsT", job.options), report, self.log, user=User(id=job.user_id), job_id=job.id
        )
        run.metadata = metadata
        return await self.run_checked(cast("InputT", job.input_data), run)

    def checked_again(self, job: Job) -> Job:
        """A job with the types and defaults of today: the module may have been another one when it was accepted.

        Raises:
            PermanentError: `input_invalid`.
        """
        try:
            input_data, options = self._typed(job.input_data, job.options)
        except InvalidInputError as error:
            raise PermanentError(INPUT_INVALID, str(error)) from None
        return replace(job, input_data=input_data, options=options)

    async def run_checked(self, input_data: InputT, run: Run[OptionsT]) -> OutputT:
        """Do the work, and check its output.

        Raises:
            PermanentError: `output_invalid`.
        """
        if self._has_old_run:
            old_run: Any = self.run
            output: OutputT = await old_run(input_data, run.options, run.progress)
        else:
            output = await self.run(input_data, run)
        return cast("OutputT", check_output(self.output_type, output))

    def _checked(self, input_data: Any, options: Any) -> tuple[InputT, OptionsT]:
        """The values with defaults. Checks depth, text, types, then size."""
        assert_json(input_data, options)
        checked = self._typed(input_data, options)
        assert_size(self.config.max_input_bytes, *checked)
        return checked

    def _typed(self, input_data: Any, options: Any) -> tuple[InputT, OptionsT]:
        problems: list[TypeProblem] = []
        values = {"input_data": input_data, "options": options}
        types = {"input_data": self.input_type, "options": self.options_type}
        for name, value_type in types.items():
            try:
                values[name] = values[name] if value_type is None else value_type.check(values[name])
            except InvalidValueError as error:
                problems += error.below("body", name)
        if problems:
            raise InvalidInputError.of(problems)
        return values["input_data"], values["options"]

    async def cancel_job(self, job: Job | str, user: User | None = None) -> None:
        """Cancel a job that has not ended, if `user` owns it or is an admin.

        Raises:
            JobNotFoundError, NotOwnerError: as `get_job`.
            JobNotCancellableError: it has ended.
        """
        found = job if isinstance(job, Job) else await self.get_job(job, user)
        if await self.store.cancel_job(found.id) is None:
            raise errors.JobNotCancellableError

    async def retry_job(self, job_id: str, user: User | None = None) -> Job:
        """Start a new job with the input of one that has failed or was cancelled, for the same user.

        Raises:
            JobNotFoundError, NotOwnerError: as `get_job`.
            JobNotRetryableError: it has not ended, or is completed.
            InvalidInputError, TooManyJobsError, DatabaseUnavailableError: as `start_processing`.
        """
        old = await self.get_job(job_id, user)
        if old.status not in ("failed", "cancelled"):
            raise errors.JobNotRetryableError
        input_data, options = self._checked(old.input_data, old.options)
        job_id = str(uuid4())
        limit = self.config.max_pending_jobs
        return await self._send(job_id, lambda: self.store.repeat_job(old.id, job_id, input_data, options, limit))

    async def erase_user(self, user_id: str) -> None:
        """Cancel the user's active jobs, then delete all their jobs and results, in one transaction."""
        if type(self).on_user_erased is JobService.on_user_erased:
            await self.store.erase_user_jobs(self.spec.name, user_id)
            return
        async with self.context.db.session() as db:
            store = self.store.within(await db.connection())
            await store.erase_user_jobs(self.spec.name, user_id)
            async with calling_hook("on_user_erased", db):
                await self.on_user_erased(user_id, db)

    async def delete_old_jobs(self) -> int:
        """Delete jobs that ended more than `retention_days` ago, with their results. Returns their number."""
        deleted = 0
        while some := await self.store.delete_old_jobs(self.spec.name, self.config.retention_days):
            deleted += some
        return deleted

    async def get_job(self, job_id: str, user: User | None = None) -> Job:
        """The job with this id, if `user` owns it or is an admin.

        Raises:
            JobNotFoundError: the module has none.
            NotOwnerError: it is another user's.
        """
        job = await self.store.get_job(job_id)
        if job is None or job.module != self.spec.name:
            raise errors.JobNotFoundError
        if user is not None and job.user_id != user.id and not user.is_admin:
            raise errors.NotOwnerError
        return job

    async def list_jobs(
        self,
        user_id: str,
        skip: int = 0,
        limit: int = 20,
        status: JobStatus | None = None,
    ) -> JobPage:
        """A page of the user's jobs, newest first."""
        return await self.store.list_jobs(self.spec.name, user_id, status, skip, limit)

    async def get_result(self, job: Job | str, user: User | None = None) -> ProcessResponse:
        """The result of a completed job, if `user` owns it or is an admin.

        Raises:
            JobNotFoundError, NotOwnerError: as `get_job`.
            ResultNotReadyError: the job has not ended.
            ResultUnavailableError: it ended without a result.
        """
        return await result_of(self.store, job if isinstance(job, Job) else await self.get_job(job, user))

    async def get_stats(self) -> StatsResponse:
        """Counts over all users, from the database: the same in every process."""
        stats = await self.store.job_stats(self.spec.name)
        uptime = await self.store.uptime_seconds(self.spec.name)
        return StatsResponse(**asdict(stats), uptime_seconds=uptime)

    async def get_metrics(self) -> dict[str, Any]:
        """The counts of the module's jobs, and of events that could not be published by this process."""
        stats = await self.get_stats()
        return {**stats.model_dump(), "event_publish_failures": self.events.failures}

    # Names of modules of version 0.1.

    async def cancel(self, job: Job) -> None:
        """Deprecated: use `cancel_job`."""
        await self.cancel_job(job)

    async def get_job_for(self, job_id: str, user: User) -> Job:
        """Deprecated: use `get_job`."""
        return await self.get_job(job_id, user)

    async def stats(self) -> StatsResponse:
        """Deprecated: use `get_stats`."""
        return await self.get_stats()
