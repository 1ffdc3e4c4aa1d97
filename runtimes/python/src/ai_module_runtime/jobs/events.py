"""The events of a job's life. The database writes each with the change of the job, in one transaction."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class LifecycleEvents:
    """Names of a module's events; an event that the manifest does not declare is None and never published."""

    started: str | None = None
    progress: str | None = None
    completed: str | None = None
    failed: str | None = None
    cancelled: str | None = None

    def by_step(self) -> dict[str, str]:
        """The names that are declared."""
        return {step: name for step, name in asdict(self).items() if name is not None}
