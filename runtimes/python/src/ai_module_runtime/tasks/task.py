"""Tasks of modules that are started by the clock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ai_module_runtime.modules.context import ModuleContext

if TYPE_CHECKING:
    from ai_module_runtime.jobs.service import JobService

ServiceFactory = Callable[[ModuleContext], "JobService[Any, Any, Any, Any]"]

DAY_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Task:
    """A task that one of all worker processes starts by the clock of the database.

    `run` is an `async` function that gets the module's service; call `service.open()` in it if the task needs the
    provider. `every` is a number of seconds, or a cron expression in UTC: minute, hour, day, month, weekday. A task
    without it is ignored, like the job tasks of older modules: the runtime starts jobs itself.
    """

    name: str
    create_service: ServiceFactory
    run: Callable[[Any], Awaitable[object]]
    every: float | str | None = None
