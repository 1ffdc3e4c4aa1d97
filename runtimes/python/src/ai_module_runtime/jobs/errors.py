"""Errors of requests about jobs, with status and code."""

from ai_module_runtime.errors import RETRY_AFTER, HttpError


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


class JobNotRetryableError(HttpError):
    """409: the job has not ended, or is completed."""

    def __init__(self) -> None:
        super().__init__(409, "job_not_retryable")


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
        super().__init__(429, "too_many_jobs", RETRY_AFTER)
