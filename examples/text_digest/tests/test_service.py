"""The work, at once and in a job."""

from ai_module_runtime import ProcessRequest
from ai_module_runtime.testing import TestHost

MODULE = "text_digest"
REQUEST = ProcessRequest(input_data={"test": "data"})


def test_is_done_at_once_for_a_direct_call(host: TestHost) -> None:
    response = host.call(host.service(MODULE).process_now, REQUEST.input_data)
    assert response.result_id is None
    assert response.output_data


def test_is_done_in_the_background_for_a_job(host: TestHost, user_id: str) -> None:
    job = host.run_job(MODULE, REQUEST, user_id)
    assert (job.status, job.progress_percent) == ("completed", 100)
    result = host.call(host.service(MODULE).get_result, job)
    assert result.result_id == job.result_id
    assert result.output_data


def test_is_counted(host: TestHost, user_id: str) -> None:
    host.run_job(MODULE, REQUEST, user_id)
    stats = host.call(host.service(MODULE).stats)
    assert 0 < stats.completed_jobs <= stats.total_jobs
