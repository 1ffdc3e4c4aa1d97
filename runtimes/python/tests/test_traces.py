"""Traces of OpenTelemetry. The tests of the Node runtime expect the same spans."""

import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ai_module_runtime import Ports, Tokens, User, create_guest, create_host, read_environment, read_settings
from ai_module_runtime.logs import Line
from ai_module_runtime.testing import TestHost, wait_until
from ai_module_runtime.testing.test_database import create_test_database

URL = "/api/v1/modules/invoices/process"
TRACE = "0af7651916cd43dd8448eb211c80319c"

exporter = InMemorySpanExporter()


@pytest.fixture(scope="module")
def host() -> Iterator[TestHost]:
    # The application's own: the runtime uses it.
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    env = {**read_environment(None), "AI_TRACES": "on", "INVOICES_RETRY_ATTEMPTS": "0"}
    settings = read_settings(env, without_prefix=True)
    ports = Ports(authenticate=Tokens(settings).authenticate)
    with TestHost(create_host(settings, ports, modules="tests.typed_modules")).running() as running:
        yield running


def spans_of(trace_id: str) -> list[dict[str, Any]]:
    """The spans of a trace by name, with the name of the span above."""
    finished = [(span, span.get_span_context()) for span in exporter.get_finished_spans()]
    spans = [span for span, context in finished if context and format(context.trace_id, "032x") == trace_id]
    names = {context.span_id: span.name for span, context in finished if context}
    return [
        {
            "name": span.name,
            "parent": "the client" if span.parent is None else names.get(span.parent.span_id, "the client"),
            "attributes": dict(span.attributes or {}),
            "is_error": span.status.status_code is StatusCode.ERROR,
        }
        for span in sorted(spans, key=lambda span: span.name)
    ]


def run_job(host: TestHost, user_id: str, trace_id: str, **options: str) -> str:
    headers = {**host.headers(user_id, "invoices:*"), "traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
    response = host.client.post(URL, json={"input_data": {"text": "a", **options}}, headers=headers)
    assert response.status_code == 202
    wait_until(lambda: any(span["name"] == "process invoices" for span in spans_of(trace_id)) or None)
    return str(response.json()["job_id"])


def test_follows_a_job_from_the_request_to_the_provider(host: TestHost, user_id: str) -> None:
    job_id = run_job(host, user_id, TRACE)
    assert spans_of(TRACE) == [
        {
            "name": f"POST {URL}",
            "parent": "the client",
            "attributes": {
                "http.request.method": "POST",
                "http.route": URL,
                "http.response.status_code": 202,
            },
            "is_error": False,
        },
        {
            "name": "process invoices",
            "parent": "send invoices",
            "attributes": {"ai.job.id": job_id, "ai.job.attempt": 1, "ai.job.outcome": "completed"},
            "is_error": False,
        },
        {"name": "provider sample", "parent": "process invoices", "attributes": {}, "is_error": False},
        {
            "name": "send invoices",
            "parent": f"POST {URL}",
            "attributes": {"ai.job.id": job_id},
            "is_error": False,
        },
    ]


def test_marks_a_failed_job_with_its_code_without_texts(host: TestHost, user_id: str) -> None:
    trace_id = TRACE.replace("0af", "1bf")
    run_job(host, user_id, trace_id, mode="bad output")
    [failed] = [span for span in spans_of(trace_id) if span["is_error"]]
    assert failed["name"] == "process invoices"
    assert failed["attributes"]["ai.job.outcome"] == "failed"
    assert failed["attributes"]["error.type"] == "output_invalid"


def test_follows_an_event_to_the_job_that_it_starts(host: TestHost, user_id: str) -> None:
    async def publish() -> str:
        with trace.get_tracer("test").start_as_current_span("of the application") as span:
            await host.host.events.publish("scan.completed", {"user_id": user_id, "text": "a"}, "host")
            return format(span.get_span_context().trace_id, "032x")

    trace_id = host.call(publish)
    wait_until(lambda: any(span["name"] == "process invoices" for span in spans_of(trace_id)) or None)
    assert {span["name"]: span["parent"] for span in spans_of(trace_id)} == {
        "of the application": "the client",
        "handle scan.completed": "of the application",
        "send invoices": "handle scan.completed",
        "provider sample": "process invoices",
        "process invoices": "send invoices",
    }


def test_what_monitoring_asks_a_guest_for_is_logged_at_level_debug_and_not_traced(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    database = create_test_database()
    request.addfinalizer(database.drop)
    user = User(id="anna", permissions=frozenset({"invoices:*"}))
    ports = Ports(authenticate=lambda _request: user, database=database.url)
    monkeypatch.setattr(sys.modules[__name__], "ports", ports, raising=False)
    monkeypatch.setenv("AI_ROLE", "web")
    monkeypatch.setenv("AI_TRACES", "on")
    caplog.set_level(logging.DEBUG, "ai_module_runtime.http")
    app = Starlette()
    create_guest(__name__, ports=".test_traces:ports", modules="tests.typed_modules").attach(app)
    with TestClient(app) as client:
        wait_until(lambda: client.get("/ai/readyz").status_code == 200 or None)
        exporter.clear()
        caplog.clear()
        paths = ["/livez", "/readyz", "/metrics", "/health"]
        for path in [*paths, "/api/v1/modules/invoices/list"]:
            assert client.get(f"/ai{path}").status_code == (403 if path == "/metrics" else 200)
    assert [span.name for span in exporter.get_finished_spans()] == ["GET /api/v1/modules/invoices/list"]
    lines = [record for record in caplog.records if isinstance(record.msg, Line) and record.msg.message == "request"]
    assert [line.levelno for line in lines] == [logging.DEBUG] * 5
