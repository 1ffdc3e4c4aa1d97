"""What distinguishes one module's jobs from another's."""

from dataclasses import dataclass, field
from typing import Any, Self

from ai_module_runtime.jobs.events import LifecycleEvents
from ai_module_runtime.modules.manifest import ModuleMetadata


@dataclass(frozen=True)
class JobSpec:
    """The names and limits of a module's jobs. `max_concurrent_jobs` counts over all processes.

    Jobs are in tables of the runtime: `process_task`, `job_model` and `result_model` of older modules are ignored.
    """

    name: str
    process_task: str = field(default="", compare=False, repr=False)
    job_model: Any = field(default=None, compare=False, repr=False)
    result_model: Any = field(default=None, compare=False, repr=False)
    events: LifecycleEvents = field(default_factory=LifecycleEvents)
    max_concurrent_jobs: int = 10

    @classmethod
    def of(cls, manifest: ModuleMetadata) -> Self:
        """What the manifest declares."""
        return cls(
            name=manifest.name,
            events=LifecycleEvents(**manifest.lifecycle_events),
            max_concurrent_jobs=manifest.resources.max_concurrent_jobs,
        )
