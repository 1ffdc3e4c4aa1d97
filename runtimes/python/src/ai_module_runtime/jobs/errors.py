"""What a client is told about a job instead of an answer."""

from ai_module_runtime.errors import ApiError


class JobNotFoundError(ApiError):
    """404: there is no such job."""

    def __init__(self) -> None:
        super().__init__(404, "job_not_found")


class NotOwnerError(ApiError):
    """403: the job is another user's."""

    def __init__(self) -> None:
        super().__init__(403, "not_owner")


class JobNotCancellableError(ApiError):
    """409: the job has already ended."""

    def __init__(self) -> None:
        super().__init__(409, "job_not_cancellable")


class ResultNotReadyError(ApiError):
    """409: the job has not ended yet."""

    def __init__(self) -> None:
        super().__init__(409, "result_not_ready")


class ResultUnavailableError(ApiError):
    """409: the job ended without a result."""

    def __init__(self) -> None:
        super().__init__(409, "result_unavailable")


class TooManyJobsError(ApiError):
    """429: the user has as many active jobs as allowed."""

    def __init__(self) -> None:
        super().__init__(429, "too_many_jobs")
