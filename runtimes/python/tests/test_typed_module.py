"""A module whose manifest declares types. The tests of the Node runtime have the same module."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from ai_module_runtime import (
    HttpError,
    InvalidInputError,
    JobRow,
    ModuleMetadata,
    OwnEvent,
    PermanentError,
    Ports,
    ProcessRequest,
    Tokens,
    User,
    create_host,
    endpoint,
    read_environment,
    read_settings,
)
from ai_module_runtime.modules.endpoints import EndpointsError
from ai_module_runtime.modules.orchestrator import StartError, check_endpoints
from ai_module_runtime.testing import TestHost, describe_contract, wait_until

from .typed_modules.invoices.events import approved, paid
from .typed_modules.invoices.schemas import Approved, Line, sample

URL = "/api/v1/modules/invoices"
PROBLEMS: list[tuple[Any, list[str]]] = [
    (
        {"input_data": {"lines": [{"text": "a", "amount": -1}], "x": 1}, "options": {"pages": 0}, "y": 1},
        [
            "body.input_data.lines.0.amount greater_than_equal: must be at least 0",
            "body.input_data.text missing: is missing",
            "body.input_data.x extra_forbidden: is not a known property",
            "body.options.pages greater_than_equal: must be at least 1",
            "body.y extra_forbidden: Unknown field",
        ],
    ),
    ({"input_data": []}, ["body.input_data dict_type: Input should be an object"]),
    ({}, ["body.input_data missing: Field required"]),
    ({"input_data": {}}, ["body.input_data.text missing: is missing"]),
    ({"input_data": {"text": "x" * 2000}}, ["body.input_data too_long: Longer than 2000 bytes"]),
]


@pytest.fixture(scope="module")
def host() -> Iterator[TestHost]:
    settings = read_settings(read_environment(None), without_prefix=True)
    ports = Ports(authenticate=Tokens(settings).authenticate)
    with TestHost(create_host(settings, ports, modules="tests.typed_modules")).running() as running:

        async def create_notes() -> None:
            async with running.host.database.transaction() as connection:
                await connection.execute(text("create table notes (id text, pages integer, status text)"))

        running.call(create_notes)
        yield running


@pytest.fixture
def headers(host: TestHost, user_id: str) -> dict[str, str]:
    return host.headers(user_id, "invoices:*")


def problems_of(detail: Any) -> list[str]:
    return [f"{'.'.join(map(str, item['loc']))} {item['type']}: {item['msg']}" for item in detail]


def notes(host: TestHost, key: str) -> list[tuple[int, str]]:
    async def read() -> list[tuple[int, str]]:
        async with host.host.database.transaction() as connection:
            rows = await connection.execute(text("select pages, status from notes where id = :key"), {"key": key})
            return [tuple(row) for row in rows]

    return host.call(read)


def run_job(host: TestHost, user_id: str, **input_data: Any) -> JobRow:
    return host.run_job("invoices", ProcessRequest(input_data={**sample, **input_data}), user_id)


def test_starts(host: TestHost) -> None:
    assert host.client.get("/api/v1/modules/list").json()["errors"] == {}


def test_a_job_has_the_defaults_of_its_types(host: TestHost, headers: dict[str, str]) -> None:
    response = host.client.post(f"{URL}/process", json={"input_data": {"text": "a"}}, headers=headers)
    assert response.status_code == 202
    job = host.wait_for_job(response.headers["Location"], headers)
    stored = host.call(host.service("invoices").get_job, job["job_id"])
    assert (stored.input_data, stored.options) == ({"text": "a", "language": "en"}, {"pages": 3})
    result = host.client.get(f"{URL}/result/{job['job_id']}", headers=headers).json()
    assert result["output_data"] == {"lines": [{"text": "text", "amount": 0}], "pages": 3}
    metadata = {key: value for key, value in result["metadata"].items() if key != "duration_ms"}
    assert metadata == {"sample": True, "model": "m", "input_tokens": 5}


@pytest.mark.parametrize(("body", "expected"), PROBLEMS)
def test_a_body_that_does_not_fit(host: TestHost, headers: dict[str, str], body: Any, expected: list[str]) -> None:
    for path in ("/process", "/analyse"):
        response = host.client.post(URL + path, json=body, headers=headers)
        assert (response.status_code, problems_of(response.json()["detail"])) == (422, expected)


def test_a_direct_call_is_checked_as_well(host: TestHost, user_id: str) -> None:
    service = host.service("invoices")
    request = ProcessRequest(input_data={"text": ""}, options={"pages": "1"})
    calls = [(service.process_now, ({"text": ""}, {"pages": "1"})), (service.start_processing, (request, user_id))]
    for function, arguments in calls:
        with pytest.raises(InvalidInputError) as error:
            host.call(function, *arguments)
        assert [(problem.loc, problem.type) for problem in error.value.problems] == [
            (("body", "input_data", "text"), "too_short"),
            (("body", "options", "pages"), "int_type"),
        ]


def test_an_event_starts_a_job_with_the_keys_that_the_input_declares(host: TestHost, user_id: str) -> None:
    event_id = str(uuid4())
    for _ in range(2):
        host.publish("scan.completed", {"user_id": user_id, "text": "a", "more": 1}, event_id)

    def found() -> JobRow | None:
        page = host.call(host.service("invoices").list_jobs, user_id)
        return page.jobs[0] if page.total == 1 and page.jobs[0].status == "completed" else None

    assert wait_until(found).input_data == {"text": "a", "language": "en"}


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("scan.completed", {"user_id": "u", "text": ""}, "input_invalid"),
        ("billing.invoice.paid", {"amount": "1"}, "payload_invalid"),
        ("user.deleted", {}, "user_id_missing"),
    ],
)
def test_an_event_that_does_not_fit_becomes_a_dead_letter(
    host: TestHost, name: str, data: dict[str, Any], code: str
) -> None:
    event = host.publish(name, data)

    async def dead_letters() -> list[Any]:
        async with host.host.database.transaction() as connection:
            rows = await connection.execute(
                text("select attempt, error_code from deliveries where event_id = :id and dead_at is not null"),
                {"id": event.event_id},
            )
            return [tuple(row) for row in rows]

    assert wait_until(lambda: host.call(dead_letters) or None) == [(1, code)]


def test_a_typed_event_reaches_its_handler(host: TestHost) -> None:
    event = host.publish("billing.invoice.paid", {"amount": 5, "more": True})
    found = wait_until(lambda: next((each for each in paid if each.event_id == event.event_id), None))
    assert found.data == {"amount": 5, "more": True}


def test_an_own_event_is_checked_when_it_is_published(host: TestHost) -> None:
    service = host.service("invoices")
    event = host.call(approved.publish, service, {"user_id": "alice", "more": 1})
    assert (event.data, event.source_module) == ({"user_id": "alice", "more": 1}, "invoices")
    with pytest.raises(PermanentError, match="payload_invalid"):
        host.call(approved.publish, service, {"user_id": 5})
    with pytest.raises(ValueError, match=r"does not emit invoices\.rejected"):
        host.call(OwnEvent("invoices.rejected", Approved).publish, service, {"user_id": "alice"})


def test_output_that_does_not_fit(host: TestHost, headers: dict[str, str], user_id: str) -> None:
    job = run_job(host, user_id, mode="bad output")
    assert (job.status, job.attempt, job.error_code) == ("failed", 1, "output_invalid")
    body = {"input_data": {"text": "a", "mode": "bad output"}}
    response = host.client.post(f"{URL}/analyse", json=body, headers=headers)
    assert (response.status_code, response.json()) == (502, {"detail": "output_invalid"})


def test_a_typed_endpoint(host: TestHost, headers: dict[str, str], user_id: str) -> None:
    response = host.client.post(f"{URL}/preview", json={"text": "a", "amount": 1.0}, headers=headers)
    assert (response.status_code, response.json()) == (200, {"text": user_id, "amount": 1})
    response = host.client.post(f"{URL}/preview", json={"text": "a", "amount": "1"}, headers=headers)
    assert problems_of(response.json()["detail"]) == ["body.amount float_type: must be a number"]
    response = host.client.post(f"{URL}/preview", json={"text": "bad output", "amount": 1}, headers=headers)
    assert (response.status_code, response.json()) == (502, {"detail": "output_invalid"})
    response = host.client.post(f"{URL}/preview", json=[], headers=headers)
    assert problems_of(response.json()["detail"]) == ["body dict_type: Input should be an object"]
    reader = host.headers(user_id, "invoices:read")
    assert host.client.post(f"{URL}/preview", json={"text": "a", "amount": 1}, headers=reader).status_code == 200


def test_a_query_is_converted(host: TestHost, headers: dict[str, str]) -> None:
    response = host.client.get(f"{URL}/lines/l7?page=2&draft=true", headers=headers)
    assert response.json() == {"query": {"page": 2, "draft": True}, "line_id": "l7"}
    assert host.client.get(f"{URL}/lines/none?page=2", headers=headers).status_code == 204
    response = host.client.get(f"{URL}/lines/l7?page=x&draft=1&page=3", headers=headers)
    assert problems_of(response.json()["detail"]) == [
        "query.draft bool_type: must be true or false",
        "query.page int_type: must be an integer",
    ]


def test_path_and_query_are_part_of_the_input(host: TestHost, headers: dict[str, str], user_id: str) -> None:
    response = host.client.get(f"{URL}/analyse/hello?mode=who", headers=headers)
    assert response.json()["output_data"]["lines"][0]["text"] == f"{user_id} None"
    response = host.client.get(f"{URL}/analyse/hello?mood=who", headers=headers)
    assert problems_of(response.json()["detail"]) == ["body.input_data.mood extra_forbidden: is not a known property"]


def test_a_hook_is_part_of_the_transaction_that_completes_a_job(host: TestHost, user_id: str) -> None:
    job = run_job(host, user_id, mode="note")
    assert notes(host, job.id) == [(3, "completed")]
    job = run_job(host, user_id, mode="bad hook")
    assert (job.status, job.attempt) == ("completed", 2)
    assert notes(host, job.id) == [(3, "completed")]


def test_a_hook_is_part_of_the_transaction_that_erases_a_user(host: TestHost, user_id: str) -> None:
    run_job(host, user_id)
    service = host.service("invoices")
    host.call(service.erase_user, user_id)
    assert (host.call(service.list_jobs, user_id).total, notes(host, user_id)) == (0, [(0, "erased")])
    run_job(host, f"bad-{user_id}")
    with pytest.raises(ValueError, match="planted-secret"):
        host.call(service.erase_user, f"bad-{user_id}")
    assert (host.call(service.list_jobs, f"bad-{user_id}").total, notes(host, f"bad-{user_id}")) == (1, [])


def test_results_of_other_modules(host: TestHost, user_id: str) -> None:
    job = run_job(host, user_id, mode="who")
    read = host.service("invoices").results.read
    owner = User(id=user_id, permissions=frozenset({"invoices:read"}))
    result = host.call(read, "invoices", job.id, owner)
    assert result.output_data["lines"] == [{"text": f"{user_id} {job.id}", "amount": 1}]
    for module, job_id, user, code in [
        ("unknown", job.id, owner, "module_not_found"),
        ("invoices", str(uuid4()), owner, "job_not_found"),
        ("invoices", "x", owner, "job_not_found"),
        ("invoices", job.id, User(id=user_id), "permission_denied"),
        ("invoices", job.id, User(id="other", permissions=owner.permissions), "not_owner"),
    ]:
        with pytest.raises(HttpError) as error:
            host.call(read, module, job_id, user)
        assert error.value.code == code


async def _untyped(line, user):  # type: ignore[no-untyped-def]
    return line, user


async def _typed(line: Line) -> Line:
    return line


@pytest.mark.parametrize(
    ("name", "handler", "reason"),
    [
        ("POST /unknown", _typed, "does not declare POST /unknown"),
        ("POST /preview", _untyped, "no parameter with a type"),
        ("POST /analyse", _typed, "a type that the manifest lacks"),
    ],
)
def test_endpoints_and_handlers_must_agree(host: TestHost, name: str, handler: Any, reason: str) -> None:
    with pytest.raises(EndpointsError, match=reason):
        endpoint(host.service("invoices"), name, handler)


@pytest.mark.parametrize(
    ("served", "permissions", "code"),
    [
        (["POST /process"], ["invoices:create", "invoices:read"], "endpoints_invalid"),
        (["POST /process", "GET /list", "POST /more"], ["invoices:create", "invoices:read"], "endpoints_invalid"),
        (["POST /process", "GET /list"], ["invoices:create"], "manifest_invalid"),
    ],
)
def test_a_module_must_serve_what_its_manifest_declares(served: list[str], permissions: list[str], code: str) -> None:
    fields = {"name": "invoices", "version": "1.0.0", "description": "", "author": "", "class_name": "InvoicesModule"}
    manifest = ModuleMetadata(
        **fields,
        endpoints=["POST /process", "GET /list"],
        permissions_required=permissions,
    )
    router = APIRouter()
    for name in served:
        method, _, path = name.partition(" ")
        router.add_api_route(path, lambda: None, methods=[method])
    with pytest.raises(StartError) as error:
        check_endpoints(manifest, router)
    assert error.value.code == code


def test_documents_its_types(host: TestHost) -> None:
    document = host.client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    preview = document["paths"][f"{URL}/preview"]["post"]
    assert (preview["summary"], preview["operationId"]) == ("Preview a line", "invoices_preview")
    reference = {"$ref": "#/components/schemas/InvoicesPreviewInput"}
    assert preview["requestBody"]["content"]["application/json"]["schema"] == reference
    assert schemas["InvoicesPreviewInput"] == {"$ref": "#/components/schemas/InvoicesLine"}
    assert schemas["InvoicesLine"]["properties"]["due"] == {"type": "string", "format": "date"}
    assert schemas["InvoicesLine"]["additionalProperties"] is False
    assert schemas["InvoicesProcessRequest"]["properties"]["input_data"] == {
        "$ref": "#/components/schemas/InvoicesInput"
    }
    parameters = document["paths"][f"{URL}/lines/{{line_id}}"]["get"]["parameters"]
    assert [each["name"] for each in parameters] == ["line_id", "page", "draft"]
    assert "Location" in document["paths"][f"{URL}/process"]["post"]["responses"]["202"]["headers"]


def test_its_configuration_has_what_the_manifest_declares(host: TestHost) -> None:
    schema = host.host.orchestrator.get_candidate("invoices").module.get_config_schema()  # type: ignore[union-attr]
    assert schema["properties"]["max_pages"] == {
        "type": "integer",
        "default": 20,
        "minimum": 1,
        "maximum": 500,
    }
    assert "required" not in schema
    assert schema["properties"]["tags"] == {"type": "array", "items": {"type": "string"}, "default": ["paid", "due"]}
    config = host.service("invoices").config
    assert (config.currency, config.tags, config.page_sizes) == ("EUR", ["paid", "due"], None)


TestContract = describe_contract("invoices")
