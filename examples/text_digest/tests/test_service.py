"""The work, at once and in a job."""

from ai_module_runtime.testing import TestHost

from ..schemas import sample, sample_options

MODULE = "text_digest"


def test_is_done_at_once_for_a_direct_call(host: TestHost) -> None:
    response = host.call(host.service(MODULE).process_now, sample, sample_options)
    assert response.result_id is None
    assert response.output_data


def test_is_done_in_the_background_for_a_job(host: TestHost, user_id: str) -> None:
    job = host.run_job(MODULE, sample, user_id, sample_options)
    assert (job.status, job.progress_percent) == ("completed", 100)
    assert host.call(host.service(MODULE).get_result, job).output_data
