"""What distinguishes one module's jobs from another's."""

from dataclasses import dataclass

from ai_module_runtime.jobs.events import LifecycleEvents
from ai_module_runtime.jobs.models import JobRow, ResultRow


@dataclass(frozen=True)
class JobSpec:
    """Names, tables and limits of a module's jobs; `process_task` is the Celery task that runs one."""

    name: str
    process_task: str
    job_model: type[JobRow]
    result_model: type[ResultRow]
    events: LifecycleEvents
    max_concurrent_jobs: int = 10
