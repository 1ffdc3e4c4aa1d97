"""The tasks that every module with jobs has."""

from typing import TYPE_CHECKING

from ai_module_runtime.tasks.task import DAY_SECONDS, ServiceFactory, Task

if TYPE_CHECKING:
    from ai_module_runtime.jobs.service import JobService


def job_tasks(create_service: ServiceFactory) -> tuple[Task, ...]:
    """Deleting old jobs once a day. Workers make the module's service with `create_service`."""
    return (Task("cleanup_old_jobs", create_service, _cleanup_old_jobs, DAY_SECONDS),)


async def _cleanup_old_jobs(service: "JobService") -> int:
    return await service.delete_old_jobs()
