"""The endpoints, from outside."""

from typing import Any
from uuid import uuid4

import pytest
from ai_module_runtime.testing import TestHost

MODULE = "text_digest"
URL = f"/api/v1/modules/{MODULE}"
REQUEST = {"input_data": {"test": "data"}}


@pytest.fixture
def headers(host: TestHost, user_id: str) -> dict[str, str]:
    """A user with all permissions, but no admin."""
    return host.headers(user_id, "text_digest:*")


def test_is_discovered_and_healthy(host: TestHost) -> None:
    modules = host.client.get("/api/v1/modules/list").json()["modules"]
    assert (MODULE, "ready") in [(module["name"], module["status"]) for module in modules]
    assert host.client.get(f"{URL}/health").json()["status"] == "healthy"


def test_a_job_completes(host: TestHost, headers: dict[str, str]) -> None:
    response = host.client.post(f"{URL}/process", json=REQUEST, headers=headers)
    assert response.status_code == 202
    assert response.json()["status"] == "pending"
    job = host.wait_for_job(response.headers["Location"], headers)
    assert job["status"] == "completed"
    assert job["progress_percent"] == 100

    result = host.client.get(f"{URL}/result/{job['job_id']}", headers=headers).json()
    assert result["result_id"] == job["result_id"]
    assert result["output_data"]

    listed = host.client.get(f"{URL}/list", headers=headers).json()
    assert [item["job_id"] for item in listed["jobs"]] == [job["job_id"]]
    assert listed["has_more"] is False

    refused = host.client.post(f"{URL}/cancel/{job['job_id']}", headers=headers)
    assert (refused.status_code, refused.json()) == (409, {"detail": "job_not_cancellable"})


def test_keeps_jobs_of_others_apart(host: TestHost, headers: dict[str, str]) -> None:
    response = host.client.post(f"{URL}/process", json=REQUEST, headers=headers)
    stranger = host.headers("stranger", "text_digest:*")
    refused = host.client.get(response.headers["Location"], headers=stranger)
    assert (refused.status_code, refused.json()) == (403, {"detail": "not_owner"})
    admin = host.headers("admin", admin=True)
    assert host.client.get(response.headers["Location"], headers=admin).status_code == 200
    unknown = host.client.get(f"{URL}/status/{uuid4()}", headers=headers)
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "job_not_found"})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "missing"),
        ({"input_data": {}}, "too_short"),
        ({**REQUEST, "unknown": 1}, "extra_forbidden"),
        ({**REQUEST, "priority": 11}, "less_than_equal"),
    ],
)
def test_refuses_a_bad_body(host: TestHost, headers: dict[str, str], body: dict[str, Any], error: str) -> None:
    response = host.client.post(f"{URL}/process", json=body, headers=headers)
    assert response.status_code == 422
    assert [item["type"] for item in response.json()["detail"]] == [error]


@pytest.mark.parametrize(
    "endpoint",
    [
        "POST /process",
        "GET /status/sample",
        "GET /list",
        "POST /cancel/sample",
        "GET /result/sample",
        "GET /admin/stats",
        "POST /digest",
    ],
)
def test_needs_a_token_and_a_permission(host: TestHost, user_id: str, endpoint: str) -> None:
    method, path = endpoint.split(" ")
    assert host.client.request(method, URL + path).status_code == 401
    response = host.client.request(method, URL + path, headers=host.headers(user_id))
    assert (response.status_code, response.json()) == (403, {"detail": "permission_denied"})


def test_counts_jobs(host: TestHost, headers: dict[str, str]) -> None:
    stats = host.client.get(f"{URL}/admin/stats", headers=headers).json()
    assert stats["total_jobs"] == sum(
        stats[f"{status}_jobs"] for status in ("pending", "processing", "completed", "failed", "cancelled")
    )


@pytest.mark.parametrize(
    "endpoint",
    [
        "POST /digest",
    ],
)
def test_works_at_once(host: TestHost, headers: dict[str, str], endpoint: str) -> None:
    method, path = endpoint.split(" ")
    body = REQUEST if method in ("POST", "PUT", "PATCH") else None
    response = host.client.request(method, URL + path, json=body, headers=headers)
    assert response.status_code == 200
    assert response.json()["result_id"] is None
    assert response.json()["output_data"]
