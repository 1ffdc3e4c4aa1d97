"""A module whose manifest declares types. The tests of the Node runtime have the same module."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from ai_module_runtime import (
    Event,
    HttpError,
    InputData,
    InvalidInputError,
    JobRow,
    ModuleMetadata,
    OwnEvent,
    PermanentError,
    Ports,
    ProcessRequest,
    Tokens,
    TransientError,
    User,
    create_host,
    endpoint,
    read_environment,
    read_settings,
)
from ai_module_runtime.engine import hooks
from ai_module_runtime.modules.endpoints import EndpointsError
from ai_module_runtime.modules.fingerprint import stale_types
from ai_module_runtime.modules.orchestrator import StartError, check_endpoints
from ai_module_runtime.testing import TestHost, describe_contract, test_host, wait_until

from .typed_modules.invoices import schemas
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
            "body.y extra_forbidden: is not a known property",
        ],
    ),
    ({"input_data": []}, ["body.input_data dict_type: must be an object"]),
    ({}, ["body.input_data missing: is missing"]),
    ({"input_data": {}}, ["body.input_data.text missing: is missing"]),
    ({"input_data": {"text": "x" * 2000}}, ["body.input_data too_long: is longer than 2000 bytes"]),
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


def approvals(host: TestHost, job: JobRow) -> list[Event]:
    return host.call(host.host.store.list_events, f"job-{job.id}", "invoices.approved")


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


def stored_job(host: TestHost, input_data: Any, options: Any) -> JobRow:
    """A job as it was accepted when the module had other types."""

    async def add() -> JobRow | None:
        store = host.host.store
        return await store.add_job(str(uuid4()), "invoices", "u", input_data, options, max_active=100)

    job = host.call(add)
    assert job is not None
    return host.wait_for_end("invoices", job.id)


def test_a_job_that_was_stored_before_the_types_changed_gets_their_defaults(host: TestHost) -> None:
    job = stored_job(host, {"text": "a", "mode": "note"}, {})
    result = host.call(host.service("invoices").get_result, job)
    assert result.output_data["pages"] == 3


@pytest.mark.parametrize(
    ("input_data", "options"), [({"text": ""}, {}), ({"text": "a", "removed": 1}, {}), ({"text": "a"}, {"pages": "1"})]
)
def test_a_job_that_was_stored_before_the_types_changed_and_does_not_fit(
    host: TestHost, input_data: Any, options: Any
) -> None:
    job = stored_job(host, input_data, options)
    assert (job.status, job.attempt, job.error_code) == ("failed", 1, "input_invalid")
    assert job.error_message == "The input does not fit the type that the module expects."


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


def test_output_with_text_that_can_not_be_stored(host: TestHost, headers: dict[str, str], user_id: str) -> None:
    job = run_job(host, user_id, mode="half a character")
    assert (job.status, job.attempt, job.error_code) == ("failed", 1, "output_invalid")
    with pytest.raises(PermanentError, match="output_invalid"):
        host.call(host.service("invoices").process_now, {"text": "a", "mode": "half a character"})
    answers = [
        host.client.post(
            f"{URL}/analyse", json={"input_data": {"text": "a", "mode": "half a character"}}, headers=headers
        ),
        host.client.post(f"{URL}/preview", json={"text": "half a character", "amount": 1}, headers=headers),
        host.client.get(f"{URL}/lines/half?page=2", headers=headers),
    ]
    assert [(each.status_code, each.json()) for each in answers] == [(502, {"detail": "output_invalid"})] * 3


def test_a_typed_endpoint(host: TestHost, headers: dict[str, str], user_id: str) -> None:
    response = host.client.post(f"{URL}/preview", json={"text": "a", "amount": 1.0}, headers=headers)
    assert (response.status_code, response.json()) == (200, {"text": user_id, "amount": 1})
    response = host.client.post(f"{URL}/preview", json={"text": "a", "amount": "1"}, headers=headers)
    assert problems_of(response.json()["detail"]) == ["body.amount float_type: must be a number"]
    response = host.client.post(f"{URL}/preview", json={"text": "bad output", "amount": 1}, headers=headers)
    assert (response.status_code, response.json()) == (502, {"detail": "output_invalid"})
    response = host.client.post(f"{URL}/preview", json=[], headers=headers)
    assert problems_of(response.json()["detail"]) == ["body dict_type: must be an object"]
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


def test_path_parameters_that_the_input_does_not_declare_are_left_out(host: TestHost, headers: dict[str, str]) -> None:
    def post(path: str, **input_data: Any) -> Any:
        return host.client.post(f"{URL}{path}", json={"input_data": input_data}, headers=headers)

    assert post("/analyse/r7", text="a").status_code == 200
    assert host.client.get(f"{URL}/reports/r7/hello", headers=headers).status_code == 200
    assert post("/texts/hello").status_code == 200
    for response, expected in [
        (post("/analyse/r7", text="a", report_id="r7", mood=1), ["mood", "report_id"]),
        (host.client.get(f"{URL}/reports/r7/hello?mood=1", headers=headers), ["mood"]),
    ]:
        assert response.status_code == 422
        assert problems_of(response.json()["detail"]) == [
            f"body.input_data.{key} extra_forbidden: is not a known property" for key in expected
        ]
    assert problems_of(post("/analyse/r7").json()["detail"]) == ["body.input_data.text missing: is missing"]


def test_path_parameters_may_have_the_names_of_other_parameters(
    host: TestHost, headers: dict[str, str], user_id: str
) -> None:
    response = host.client.post(
        f"{URL}/clash/b/u/r", json={"input_data": {"text": "a", "mode": "who"}}, headers=headers
    )
    assert response.json()["output_data"]["lines"][0]["text"] == f"{user_id} None"
    response = host.client.get(f"{URL}/clash/q/u/r?text=a&mode=who", headers=headers)
    assert response.json()["output_data"]["lines"][0]["text"] == f"{user_id} None"
    response = host.client.put(f"{URL}/clash/l/u", json={"text": "a", "amount": 1}, headers=headers)
    assert response.json()["text"] == user_id


def test_the_log_says_what_does_not_fit_without_the_values(
    host: TestHost, headers: dict[str, str], user_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING")
    problem = "output_invalid: lines.0.amount is missing; lines.0.text must be a string; pages is missing"
    job = run_job(host, user_id, mode="bad output")
    assert [record.getMessage() for record in caplog.records if job.id in record.getMessage()] == [
        f"attempt 1 at job {job.id}: {problem}"
    ]
    caplog.clear()
    body = {"input_data": {"text": "a", "mode": "bad output"}}
    assert host.client.post(f"{URL}/analyse", json=body, headers=headers).status_code == 502
    line = {"text": "bad output", "amount": 1}
    assert host.client.post(f"{URL}/preview", json=line, headers=headers).status_code == 502
    assert [record.getMessage() for record in caplog.records if record.name.endswith("http.errors")] == [
        f"work failed: {problem}",
        "work failed: output_invalid: amount must be at least 0",
    ]


def test_a_hook_is_part_of_the_transaction_that_completes_a_job(host: TestHost, user_id: str) -> None:
    job = run_job(host, user_id, mode="note")
    assert notes(host, job.id) == [(3, "completed")]
    job = run_job(host, user_id, mode="bad hook")
    assert (job.status, job.attempt) == ("completed", 2)
    assert notes(host, job.id) == [(3, "completed")]
    # The event that the first attempt has published was rolled back.
    assert [event.data["user_id"] for event in approvals(host, job)] == [user_id]


def test_a_hook_is_part_of_the_transaction_that_erases_a_user(
    host: TestHost, user_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_job(host, user_id)
    service = host.service("invoices")
    host.call(service.erase_user, user_id)
    assert (host.call(service.list_jobs, user_id).total, notes(host, user_id)) == (0, [(0, "erased")])
    run_job(host, f"bad-{user_id}")
    with pytest.raises(ValueError, match="planted-secret"):
        host.call(service.erase_user, f"bad-{user_id}")
    assert (host.call(service.list_jobs, f"bad-{user_id}").total, notes(host, f"bad-{user_id}")) == (1, [])
    run_job(host, f"sql-{user_id}")
    with pytest.raises(RuntimeError, match="on_user_erased went on after an error of the database"):
        host.call(service.erase_user, f"sql-{user_id}")
    assert host.call(service.list_jobs, f"sql-{user_id}").total == 1
    run_job(host, f"slow-{user_id}")
    monkeypatch.setattr(hooks, "HOOK_SECONDS", 0.1)
    with pytest.raises(TransientError, match="timeout"):
        host.call(service.erase_user, f"slow-{user_id}")
    assert host.call(service.list_jobs, f"slow-{user_id}").total == 1


def test_an_id_that_is_no_uuid_is_that_of_no_job(host: TestHost, user_id: str) -> None:
    service = host.service("invoices")
    for function in (service.get_job, service.get_result, service.cancel_job):
        with pytest.raises(HttpError, match="job_not_found"):
            host.call(function, "no uuid", User(id=user_id))


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


@pytest.mark.parametrize(
    ("changes", "is_stale"),
    [
        ({}, False),
        ({"fingerprint": "00000000"}, True),
        ({"fingerprint": None}, False),
        ({"fingerprint": None, "Input": InputData}, True),
    ],
)
def test_notices_types_that_the_manifest_no_longer_has(host: TestHost, changes: dict[str, Any], is_stale: bool) -> None:
    manifest = host.module("invoices").get_metadata()
    module = ModuleType("schemas")
    vars(module).update({**vars(schemas), **changes})
    problem = "the types in manifest.yaml and schemas.py of invoices differ: run create-ai-module update"
    assert stale_types(manifest, module) == (problem if is_stale else None)
    untyped = manifest.model_copy(update={"input": None, "options": None, "output": None})
    assert stale_types(untyped, module) == problem


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


def test_operations_have_the_same_names_in_the_node_runtime(host: TestHost) -> None:
    document = host.client.get("/openapi.json").json()
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert {"host_health", "list_modules", "module_health", "publish_event", "test_events"} <= {*names}
    assert len({*names}) == len(names)
    lines = document["paths"][f"{URL}/lines/{{line_id}}"]["get"]
    assert lines["summary"] == "Get lines by line id"
    assert [*lines["responses"]] == ["200", "204", "401", "403", "404", "409", "422", "502", "503", "504"]
    assert document["paths"][f"{URL}/analyse"]["post"]["summary"] == "Do the work at once"


def test_a_wait_that_ends_describes_the_state(host: TestHost, user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job = run_job(host, user_id, mode="bad output")
    host.publish("user.deleted", {})
    monkeypatch.setattr(test_host, "WAIT_SECONDS", 0.5)
    with pytest.raises(TimeoutError) as error:
        wait_until(lambda: None)
    start = f"not within 0.5 seconds. Newest jobs of invoices: {job.id} failed (output_invalid, attempt 1)"
    assert str(error.value).startswith(start)
    assert ". Dead letters: " in str(error.value)


def test_a_separate_host_has_an_environment_of_its_own(host: TestHost, user_id: str) -> None:
    with host.start({"INVOICES_MAX_INPUT_BYTES": "10"}) as other:
        with pytest.raises(InvalidInputError, match="is longer than 10 bytes"):
            run_job(other, user_id)
        headers = other.headers(user_id, "invoices:read")
        assert other.client.get(f"{URL}/list", headers=headers).json()["total"] == 0
    assert run_job(host, user_id).status == "completed"


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
