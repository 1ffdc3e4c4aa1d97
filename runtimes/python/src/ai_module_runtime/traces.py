"""Traces with OpenTelemetry. While traces are off, nothing of it is imported, and spans do nothing."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from ai_module_runtime.logs import log_fields
from ai_module_runtime.settings import SettingsError

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Kind = Literal["server", "producer", "consumer", "internal"]

NAME = "ai-module-runtime"
HINT = "AI_TRACES is on: install ai-module-runtime[traces]"
FLUSH_MS = 2_000
# The parent of a span that is below the active one.
ACTIVE: Mapping[str, str] = {}

_tracer: "Tracer | None" = None


class OpenSpan:
    """A span that has begun; one that does nothing while traces are off."""

    def __init__(self, span: "Span | None" = None) -> None:
        self._span = span

    def rename(self, name: str) -> None:
        """Change its name."""
        if self._span is not None:
            self._span.update_name(name)

    def set(self, name: str, value: str | int) -> None:
        """Add an attribute."""
        if self._span is not None:
            self._span.set_attribute(name, value)

    def fail(self, code: str) -> None:
        """Mark it as failed. The code says why: texts of errors may repeat what users sent."""
        if self._span is not None:
            from opentelemetry.trace import StatusCode

            self._span.set_attribute("error.type", code)
            self._span.set_status(StatusCode.ERROR)


def enable_traces() -> None:
    """Record traces from now on.

    Unless the application has set OpenTelemetry up, its SDK is started, which reads the `OTEL_` variables.

    Raises:
        SettingsError: the packages are not installed.
    """
    global _tracer
    if _tracer is not None:
        return
    try:
        from opentelemetry import trace

        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor

            provider = TracerProvider()
            provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
            trace.set_tracer_provider(provider)
    except ModuleNotFoundError as error:
        raise SettingsError(HINT) from error
    _tracer = trace.get_tracer(NAME)


def flush_traces() -> None:
    """Send the spans that have ended. Takes two seconds at most."""
    if _tracer is None:
        return
    from opentelemetry import trace

    flush: Any = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush is not None:
        flush(FLUSH_MS)


def are_traces_on() -> bool:
    """Whether spans are recorded."""
    return _tracer is not None


def active_trace() -> dict[str, str] | None:
    """The active span as headers such as `traceparent`, for what goes on elsewhere; None if there is none."""
    if _tracer is None:
        return None
    from opentelemetry import propagate, trace

    if not trace.get_current_span().get_span_context().is_valid:
        return None
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


@contextmanager
def span(
    name: str,
    kind: Kind,
    attributes: Mapping[str, str | int] | None = None,
    *,
    parent: Mapping[str, str] | None = ACTIVE,
) -> Iterator[OpenSpan]:
    """A span for the block; lines of the log have its `trace_id`.

    `parent` are headers of what it is part of; None: nothing. By default it is the active span.
    """
    if _tracer is None:
        yield OpenSpan()
        return
    from opentelemetry import propagate
    from opentelemetry.context import Context
    from opentelemetry.trace import SpanKind

    context = None if parent is ACTIVE else propagate.extract(parent or {}, context=Context())
    with _tracer.start_as_current_span(
        name,
        context=context,
        kind=SpanKind[kind.upper()],
        attributes=attributes,
        # Texts and traces of exceptions may repeat what users sent.
        record_exception=False,
        set_status_on_exception=False,
    ) as started:
        opened = OpenSpan(started)
        with log_fields(trace_id=format(started.get_span_context().trace_id, "032x")):
            try:
                yield opened
            except BaseException as error:
                code = getattr(error, "code", None)
                opened.fail(code if isinstance(code, str) else type(error).__name__)
                raise


def headers_of(stored: object) -> dict[str, str] | None:
    """Headers as the database returns them."""
    found = json.loads(stored) if isinstance(stored, str) else stored
    return found if isinstance(found, dict) else None
