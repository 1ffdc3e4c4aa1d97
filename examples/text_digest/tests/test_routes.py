"""The endpoints, from outside."""

import pytest
from ai_module_runtime.testing import TestHost

from .. import schemas

MODULE = "text_digest"
URL = f"/api/v1/modules/{MODULE}"
REQUEST = {"input_data": schemas.sample, "options": schemas.sample_options}


@pytest.fixture
def headers(host: TestHost, user_id: str) -> dict[str, str]:
    """A user with the module's permissions."""
    return host.headers(user_id, *host.module(MODULE).get_metadata().permissions_required)


def test_is_healthy(host: TestHost) -> None:
    assert host.client.get(f"{URL}/health").json()["status"] == "healthy"


def test_a_job_completes(host: TestHost, headers: dict[str, str]) -> None:
    response = host.client.post(f"{URL}/process", json=REQUEST, headers=headers)
    assert (response.status_code, response.json()["status"]) == (202, "pending")
    job = host.wait_for_end(MODULE, response.json()["job_id"])
    assert job.status == "completed"
    result = host.client.get(f"{URL}/result/{job.id}", headers=headers).json()
    assert (result["result_id"], bool(result["output_data"])) == (job.result_id, True)


def test_refuses_input_that_does_not_fit_its_type(host: TestHost, headers: dict[str, str]) -> None:
    request = {**REQUEST, "input_data": {**schemas.sample, "undeclared": True}}
    response = host.client.post(f"{URL}/process", json=request, headers=headers)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", "input_data", "undeclared"]


def test_digest_answers(host: TestHost, headers: dict[str, str]) -> None:
    response = host.client.request("POST", f"{URL}/digest", json=REQUEST, headers=headers)
    # Depends on the type of the input.
    assert response.status_code in (200, 422)
