"""The application as a client sees it. Tests of modules are in their own folders."""

from ai_module_runtime.testing import TestHost

from app.users import tokens


def test_is_healthy(host: TestHost) -> None:
    health = host.client.get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "healthy")


def test_every_module_is_ready(host: TestHost) -> None:
    listed = host.client.get("/api/v1/modules/list").json()
    assert listed["errors"] == {}
    assert {module["status"] for module in listed["modules"]} <= {"ready"}


def test_documents_every_module(host: TestHost) -> None:
    assert host.client.get("/openapi.json").status_code == 200


def test_accepts_tokens_of_this_application(host: TestHost) -> None:
    event = {"name": "user.deleted", "data": {"user_id": "nobody"}}
    for token, status in ((tokens.create("admin", [], admin=True), 202), ("something else", 401)):
        headers = {"Authorization": f"Bearer {token}"}
        assert host.client.post("/api/v1/events", json=event, headers=headers).status_code == status
