"""What can go wrong with a job, with the codes that clients and events see."""

from ai_module_runtime.errors import HttpError

RETRY_AFTER = {"Retry-After": "5"}

MESSAGES = {
    "internal_error": "The job failed because of an internal error.",
    "provider_rejected": "The provider rejected the request.",
    "provider_unavailable": "The provider is not available.",
    "queue_unavailable": "The job could not be queued.",
    "timeout": "The job took longer than allowed.",
}


def message_for(code: str) -> str:
    """The sentence stored with an error code; never the text of an exception."""
    return MESSAGES.get(code, "The job failed.")


class JobError(Exception):
    """A failure of a module's work. `code` is stable and ASCII; the text after it is only logged."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class TransientError(JobError):
    """Worth another try: the job is retried as its configuration says."""


class PermanentError(JobError):
    """Another try would fail as well: the job fails at once."""


class JobNotFoundError(HttpError):
    """404: there is no such job."""

    def __init__(self) -> None:
        super().__init__(404, "job_not_found")


class NotOwnerError(HttpError):
    """403: the job is another user's."""

    def __init__(self) -> None:
        super().__init__(403, "not_owner")


class JobNotCancellableError(HttpError):
    """409: the job has already ended."""

    def __init__(self) -> None:
        super().__init__(409, "job_not_cancellable")


class ResultNotReadyError(HttpError):
    """409: the job has not ended yet."""

    def __init__(self) -> None:
        super().__init__(409, "result_not_ready")


class ResultUnavailableError(HttpError):
    """409: the job ended without a result."""

    def __init__(self) -> None:
        super().__init__(409, "result_unavailable")


class TooManyJobsError(HttpError):
    """429: the user has as many active jobs as allowed."""

    def __init__(self) -> None:
        super().__init__(429, "too_many_jobs")


class QueueUnavailableError(HttpError):
    """503: the job was stored but could not be queued; it ends failed."""

    def __init__(self) -> None:
        super().__init__(503, "queue_unavailable", RETRY_AFTER)
