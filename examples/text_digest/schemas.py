"""Bodies of the module's requests and responses."""

import ai_module_runtime as base
from pydantic import ConfigDict


class TextDigestRequest(base.ProcessRequest):
    """A request for work. Declare here what `input_data` must hold."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "input_data": {"text": "The text to work on"},
                "options": {},
                "priority": 7,
            },
        },
    )


class TextDigestResponse(base.ProcessResponse):
    """The result of a job, or of work done at once."""


class TextDigestJobResponse(base.JobResponse):
    """A job as its owner sees it."""


class TextDigestJobListResponse(base.JobListResponse):
    """A page of the user's jobs, newest first."""

    jobs: list[TextDigestJobResponse]


class TextDigestStatsResponse(base.StatsResponse):
    """Counts over all users."""
