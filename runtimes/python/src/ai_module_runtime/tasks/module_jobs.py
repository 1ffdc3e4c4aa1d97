"""The modules of a process as the engine runs them."""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlmodel.ext.asyncio.session import AsyncSession

from ai_module_runtime.engine.clock import ScheduledTask
from ai_module_runtime.engine.modules import ModuleSpec, Run
from ai_module_runtime.engine.store import Job
from ai_module_runtime.modules.context import ModuleContext
from ai_module_runtime.modules.discovery import Candidate
from ai_module_runtime.tasks.task import ServiceFactory, Task

if TYPE_CHECKING:
    from ai_module_runtime.jobs.service import JobService


class LoopServices:
    """The services that do the work of jobs. Each event loop has its own: connections can't change loops."""

    def __init__(self) -> None:
        self._services: weakref.WeakKeyDictionary[
            asyncio.AbstractEventLoop, dict[tuple[str, ServiceFactory], JobService[Any, Any, Any, Any]]
        ] = weakref.WeakKeyDictionary()

    def get(self, context: ModuleContext, create: ServiceFactory) -> "JobService[Any, Any, Any, Any]":
        """The service that `create` makes for a module, made once for the running event loop."""
        services = self._services.setdefault(asyncio.get_running_loop(), {})
        key = (context.manifest.name, create)
        if key not in services:
            services[key] = create(context)
        return services[key]

    async def close(self) -> None:
        """Close the services of the running event loop."""
        for service in self._services.pop(asyncio.get_running_loop(), {}).values():
            await service.close()


class ModuleJobs:
    """Jobs and scheduled tasks of the modules of a host, in this process."""

    def __init__(self) -> None:
        self.specs: dict[str, ModuleSpec] = {}
        self.services = LoopServices()
        self._tasks: list[tuple[ModuleContext, Task]] = []

    def add(self, candidate: Candidate, context: ModuleContext, create_service: ServiceFactory | None = None) -> None:
        """Import a module's tasks, and note how to run its jobs.

        Args:
            candidate: the module.
            context: what the host gives to it.
            create_service: how to make its service; by default as its tasks do.

        Raises:
            Exception: the module cannot be imported, or its configuration is not valid.
        """
        tasks = candidate.import_tasks()
        create = create_service or next((task.create_service for task in tasks), None)
        if create is not None:
            # Made once here: it imports what the work needs, and an import must not eat into a job's lease.
            self.specs[candidate.name] = self._spec_of(create(context), context, create)
        self._tasks += [(context, task) for task in tasks if task.every is not None]

    def remove(self, name: str) -> None:
        """Forget a module."""
        self.specs.pop(name, None)
        self._tasks = [(context, task) for context, task in self._tasks if context.manifest.name != name]

    def clear(self) -> None:
        """Forget everything."""
        self.specs.clear()
        self._tasks.clear()

    def _spec_of(
        self, service: "JobService[Any, Any, Any, Any]", context: ModuleContext, create: ServiceFactory
    ) -> ModuleSpec:
        async def run_job(job: Job, run: Run) -> Any:
            return await self.services.get(context, create).run_job(job, run.progress, run.metadata)

        async def on_completed(job: Job, output: Any, db: AsyncSession) -> None:
            service = self.services.get(context, create)
            await service.on_completed(service.checked_again(job), output, db)

        async def prepare() -> None:
            await self.services.get(context, create).open()

        return ModuleSpec(
            name=service.spec.name,
            run_job=run_job,
            max_concurrent_jobs=service.spec.max_concurrent_jobs,
            timeout_seconds=service.config.timeout_seconds,
            retry_attempts=service.config.retry_attempts,
            retry_delay_seconds=service.config.retry_delay_seconds,
            lifecycle_events=service.spec.events.by_step(),
            prepare=prepare,
            on_completed=on_completed if service.has_completed_hook else None,
        )

    def subscribe(self, subscriptions: Mapping[str, Iterable[str]]) -> None:
        """Note the events that each group subscribed to. A group may be no module, or a module without jobs."""
        for group in {*self.specs, *subscriptions}:
            spec = self.specs.get(group) or ModuleSpec(name=group, run_job=_has_no_jobs)
            self.specs[group] = replace(spec, subscriptions=tuple(subscriptions.get(group, ())))

    def scheduled_tasks(
        self, run_apart: Callable[[Callable[[], Awaitable[object]]], Awaitable[object]]
    ) -> list[ScheduledTask]:
        """The tasks for the clock. `run_apart` calls the function of a task where it may block."""

        async def run(context: ModuleContext, task: Task) -> object:
            return await task.run(self.services.get(context, task.create_service))

        return [
            ScheduledTask(
                f"{context.manifest.name}.{task.name}",
                task.every,
                partial(run_apart, partial(run, context, task)),
            )
            for context, task in self._tasks
            if task.every is not None
        ]


async def _has_no_jobs(job: Job, _run: Run) -> Any:
    raise RuntimeError(f"{job.module} has no jobs")
