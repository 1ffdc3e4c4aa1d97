"""Events that the module publishes, and what it does on those of others."""

from uuid import uuid4

import pytest
from ai_module_runtime import JobPage, ProcessRequest
from ai_module_runtime.testing import TestHost, wait_until

MODULE = "text_digest"


def test_tells_of_a_job(host: TestHost, user_id: str) -> None:
    service = host.service(MODULE)
    request = ProcessRequest(input_data={"text": "hello"})
    job = host.call(service.start_processing, request, user_id)
    events = host.events(job.id, last="text_digest.completed")
    assert events[0]["name"] == "text_digest.started"
    assert events[-1]["name"] == "text_digest.completed"
    assert {event["source_module"] for event in events} == {MODULE}
    assert {event["data"]["user_id"] for event in events} == {user_id}


def test_erases_a_deleted_user(host: TestHost, user_id: str) -> None:
    service = host.service(MODULE)
    request = ProcessRequest(input_data={"text": "hello"})
    host.call(service.start_processing, request, user_id)
    host.publish("user.deleted", {"user_id": user_id})
    assert wait_until(lambda: host.call(service.list_jobs, user_id, 0, 20, None).total == 0 or None)


@pytest.mark.parametrize(
    "name",
    [
        "transcription.completed",
    ],
)
def test_starts_one_job_for_an_event(host: TestHost, user_id: str, name: str) -> None:
    service = host.service(MODULE)
    event_id = str(uuid4())
    for _ in range(2):
        host.publish(name, {"user_id": user_id, "text": "hello"}, event_id)

    def completed() -> JobPage | None:
        page = host.call(service.list_jobs, user_id, 0, 20, None)
        return page if page.jobs and page.jobs[0].status == "completed" else None

    assert wait_until(completed).total == 1
