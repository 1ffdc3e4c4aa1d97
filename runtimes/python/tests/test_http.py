"""What the host itself answers and refuses."""

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urljoin

import jwt
import pytest

from ai_module_runtime import Ports
from ai_module_runtime.clock import utcnow
from ai_module_runtime.engine import database as database_file
from ai_module_runtime.engine.errors import DatabaseUnavailableError
from ai_module_runtime.testing import TestHost

from .app_host import tokens
from .conftest import Sample, no_database

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
        {"sub": "a", "exp": True},
        {"sub": "a", "exp": "tomorrow"},
        {"sub": "a", "exp": float("inf")},
        {"sub": "a", "exp": FUTURE, "nbf": FUTURE},
        {"sub": "a", "exp": FUTURE, "iat": FUTURE},
        {"sub": "a" * 256, "exp": FUTURE},
        {"sub": chr(0xD800), "exp": FUTURE},
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
        (b'{"name": "a.b", "data": {"x": 1e400}}', "json_invalid"),
        (b'{"name": "a.b", "data": {"x": [9007199254740992]}}', "json_invalid"),
        (b'{"name": "a.b", "data": {"\\u0000": 1}}', "json_invalid"),
        (b'{"name": "a.b", "data": {"x": "\\ud800"}}', "json_invalid"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"name": "' + b"x" * 3_000_000 + b'"}', "too_long"),
        (b'{"name": "a.b", "data": ' + b'{"a":' * 100 + b"1" + b"}" * 101, "too_deep"),
    ],
)
def test_refuses_bad_bodies_after_it_asked_for_a_token(host: TestHost, body: bytes, error: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert host.client.post(EVENTS, content=body, headers=headers).status_code == 401
    assert host.client.post(EVENTS, content=body, headers={**headers, **host.headers("bob")}).status_code == 403
    response = host.client.post(EVENTS, content=body, headers={**headers, **host.headers("admin", admin=True)})
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
    # As in the Node runtime.
    assert abs(claims["exp"] - utcnow().timestamp() - 12 * 3600) < 60


@pytest.mark.parametrize("path", ["/%", "/api/v1/modules/%zz/health", "/health?x=%f", "/%ff"])
def test_refuses_malformed_escapes(host: TestHost, path: str) -> None:
    request = host.client.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=path.encode())
    response = host.client.send(request)
    assert (response.status_code, response.json()) == (400, {"detail": "bad_request"})


def test_refuses_an_escaped_slash(host: TestHost) -> None:
    request = host.client.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=b"/api/v1/modules%2Flist")
    response = host.client.send(request)
    assert (response.status_code, response.json()) == (404, {"detail": "not_found"})


@pytest.mark.parametrize("content_type", ["text/plain", "application/jsonx", "json", ""])
def test_refuses_other_content_types(host: TestHost, content_type: str) -> None:
    headers = {"Content-Type": content_type, **host.headers("admin", admin=True)}
    response = host.client.post(EVENTS, content=b'{"name": "a.b", "data": {}}', headers=headers)
    assert [item["type"] for item in response.json()["detail"]] == ["json_invalid"]


def test_ignores_a_body_where_no_route_is_and_of_a_get(host: TestHost) -> None:
    assert host.client.post("/nowhere", content=b"x" * 3_000_000).status_code == 404
    assert host.client.request("GET", "/health", content=b"{").status_code == 200


@pytest.mark.parametrize("user_id", ["", "x" * 256, "a\0b"])
def test_makes_no_token_that_it_would_refuse(user_id: str) -> None:
    with pytest.raises(ValueError, match="a user id has 1 to 255 characters"):
        tokens.create(user_id, [])


@pytest.mark.parametrize("path", ["/health", "/docs", "/openapi.json", "/api/v1/modules/list", "/api/v1/nowhere"])
def test_answers_head_like_get(host: TestHost, path: str) -> None:
    head, get = host.client.head(path), host.client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_the_documentation_loads_nothing_from_other_servers(host: TestHost) -> None:
    for path in ("/docs", "/docs/"):
        page = host.client.get(path).text
        assert "https://" not in page
        addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(addresses) == 3
        for address in addresses:
            assert host.client.get(urljoin(path, address)).status_code == 200
    assert host.client.get("/redoc").status_code == 404
    assert host.client.get("/docs/__init__.py").status_code == 404


def test_documents_the_answers_of_each_endpoint(host: TestHost) -> None:
    paths = host.client.get("/openapi.json").json()["paths"]
    assert paths["/api/v1/modules/{name}/health"]["get"]["security"] == [{}, {"bearer": []}]
    assert paths["/api/v1/events"]["post"]["security"] == [{"bearer": []}]
    answers = {f"{method} {path}": list(one["responses"]) for path in paths for method, one in paths[path].items()}
    assert answers == {
        "get /health": ["200", "503"],
        "get /livez": ["200"],
        "get /readyz": ["200", "503"],
        "get /dead-letters": ["200", "401", "403", "422", "503"],
        "get /dead-letters/{id}": ["200", "401", "403", "404", "422", "503"],
        "post /dead-letters/{id}/replay": ["202", "401", "403", "404", "422", "503"],
        "post /dead-letters/replay": ["202", "401", "403", "422", "503"],
        "get /api/v1/configuration/{name}": ["200", "401", "403", "404", "422", "503"],
        "get /api/v1/jobs": ["200", "401", "403", "422", "503"],
        "get /api/v1/jobs/{job_id}": ["200", "401", "403", "404", "422", "503"],
        "post /api/v1/jobs/{job_id}/cancel": ["204", "401", "403", "404", "409", "422", "503"],
        "post /api/v1/jobs/{job_id}/retry": ["202", "401", "403", "404", "409", "422", "429", "503"],
        "post /api/v1/jobs/retry": ["200", "401", "403", "422", "503"],
        "get /api/v1/modules/list": ["200"],
        "get /api/v1/modules/{name}/health": ["200", "404", "422", "503"],
        "post /api/v1/events": ["202", "401", "403", "422", "503"],
        "get /api/v1/test/events": ["200", "401", "403", "422", "503"],
    }


def test_an_error_of_authenticate_is_no_error_of_the_server(host: TestHost) -> None:
    def broken(_request: object) -> None:
        raise ZeroDivisionError

    with patch.object(host.host, "ports", Ports(authenticate=broken)):
        response = host.client.post(EVENTS, json=EVENT, headers=host.headers("admin", admin=True))
    assert (response.status_code, response.json()) == (503, {"detail": "authentication_unavailable"})
    assert response.headers["Retry-After"] == "5"


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/test/events"), ("POST", EVENTS)])
def test_the_queries_of_each_request_share_their_time(host: TestHost, method: str, path: str) -> None:
    limits = []

    async def query(*_arguments: object) -> list[object]:
        limits.append(database_file._waited.get())
        raise DatabaseUnavailableError("it is unavailable")

    with patch.object(host.host.database, "query", query):
        host.client.request(
            method, path, headers=host.headers("admin", admin=True), json=EVENT if method == "POST" else None
        )
    host.host.outage.answered()
    # The worker of the host makes queries as well.
    assert [0.0] in limits


def test_without_a_database_every_route_answers_503(
    host: TestHost, sample: Sample, caplog: pytest.LogCaptureFixture
) -> None:
    headers = host.headers("admin", admin=True)
    for state in host.host.outage._states.values():
        # Earlier tests have outages as well, and there is one line a minute.
        state.logged_at = float("-inf")
    with no_database(host):
        for method, path in (("GET", "/api/v1/test/events"), ("POST", EVENTS)):
            response = host.client.request(method, path, headers=headers, json=EVENT if method == "POST" else None)
            assert (response.status_code, response.json()) == (503, {"detail": "database_unavailable"})
            assert response.headers["Retry-After"] == "5"
        health = host.client.get("/health")
        assert (health.status_code, health.json()["status"]) == (503, "unhealthy")
    lines = [record for record in caplog.records if "is unavailable" in record.getMessage()]
    assert len(lines) == 1
    assert sample.wait_for(sample.start("someone")).status == "completed"
