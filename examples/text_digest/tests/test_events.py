"""Events that the module publishes, and what it does on those of others."""

from typing import Any
from uuid import uuid4

import pytest
from ai_module_runtime import JobPage
from ai_module_runtime.testing import TestHost, wait_until

from .. import schemas

MODULE = "text_digest"


def test_erases_a_deleted_user(host: TestHost, user_id: str) -> None:
    service = host.service(MODULE)
    host.start_job(MODULE, schemas.sample, user_id, schemas.sample_options)
    host.publish("user.deleted", {"user_id": user_id})
    assert wait_until(lambda: host.call(service.list_jobs, user_id).total == 0 or None)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("transcription.completed", schemas.transcription_completed_sample),
    ],
)
def test_starts_one_job_for_an_event(host: TestHost, user_id: str, name: str, data: dict[str, Any]) -> None:
    service = host.service(MODULE)
    event_id = str(uuid4())
    for _ in range(2):
        host.publish(name, {**data, "user_id": user_id}, event_id)

    def completed() -> JobPage | None:
        page: JobPage = host.call(service.list_jobs, user_id)
        return page if page.jobs and page.jobs[0].status == "completed" else None

    assert wait_until(completed).total == 1
