"""What the host itself answers and refuses."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from ai_module_runtime.clock import utcnow
from ai_module_runtime.testing import TestHost

from .app_host import tokens

EVENTS = "/api/v1/events"
EVENT = {"name": "user.deleted", "data": {"user_id": "nobody"}}
FUTURE = utcnow() + timedelta(hours=1)


def signed(claims: dict[str, Any], key: str | None = None, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key or tokens.secret, algorithm=algorithm)


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("GET", "/api/v1/events"), ("PUT", "/health")])
def test_what_is_not_there(host: TestHost, method: str, path: str) -> None:
    response = host.client.request(method, path)
    assert (response.status_code, response.json()) == (404, {"detail": "not_found"})


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "not_authenticated"),
        ("Basic abc", "not_authenticated"),
        ("Bearer abc", "invalid_token"),
        (f"Bearer {jwt.encode({'sub': 'a', 'exp': FUTURE}, '', algorithm='none')}", "invalid_token"),
    ],
)
def test_needs_a_token(host: TestHost, authorization: str | None, code: str) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = host.client.post(EVENTS, json=EVENT, headers=headers)
    assert (response.status_code, response.json()) == (401, {"detail": code})
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "a"},
        {"sub": "", "exp": FUTURE},
        {"sub": 7, "exp": FUTURE},
        {"sub": "a", "exp": FUTURE, "permissions": "all"},
        {"sub": "a", "exp": FUTURE, "admin": "yes"},
        {"sub": "a", "exp": utcnow() - timedelta(minutes=1)},
    ],
)
def test_refuses_claims_that_are_not_as_they_should(host: TestHost, claims: dict[str, Any]) -> None:
    response = host.client.post(EVENTS, json=EVENT, headers={"Authorization": f"Bearer {signed(claims)}"})
    assert (response.status_code, response.json()) == (401, {"detail": "invalid_token"})


def test_refuses_other_keys_and_algorithms(host: TestHost) -> None:
    claims = {"sub": "a", "exp": FUTURE, "admin": True}
    for token in (signed(claims, key="x" * 64), signed(claims, key="x" * 64 + tokens.secret, algorithm="HS512")):
        response = host.client.post(EVENTS, json=EVENT, headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 401


def test_only_admins_publish(host: TestHost, user_id: str) -> None:
    refused = host.client.post(EVENTS, json=EVENT, headers=host.headers(user_id, "host:*"))
    assert (refused.status_code, refused.json()) == (403, {"detail": "permission_denied"})
    accepted = host.client.post(EVENTS, json=EVENT, headers=host.headers("admin", admin=True))
    assert accepted.status_code == 202
    assert accepted.json()["event_id"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "json_invalid"),
        (b'{"name": NaN}', "json_invalid"),
        (b"\xff", "json_invalid"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"name": "' + b"x" * 3_000_000 + b'"}', "too_long"),
    ],
)
def test_refuses_bad_bodies_before_it_asks_for_a_token(host: TestHost, body: bytes, error: str) -> None:
    response = host.client.post(EVENTS, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert [(item["loc"], item["type"]) for item in response.json()["detail"]] == [(["body"], error)]


def test_says_how_it_is(host: TestHost) -> None:
    health = host.client.get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "healthy")
    assert host.client.get("/api/v1/modules/nowhere/health").json() == {"detail": "module_not_found"}
    assert host.client.get("/openapi.json").status_code == 200


def test_a_token_is_the_user() -> None:
    claims = jwt.decode(tokens.create("alice", ["a:b"]), tokens.secret, algorithms=["HS256"])
    assert (claims["sub"], claims["permissions"], claims["admin"]) == ("alice", ["a:b"], False)
