"""Modules of version 0.1: their services and providers have other methods."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter

import ai_module_runtime as base
from ai_module_runtime import JobSpec, LifecycleEvents, ModuleConfig, ModuleContext, ModuleMetadata, ProcessRequest
from ai_module_runtime.modules.discovery import Candidate
from ai_module_runtime.testing import TestHost

MANIFEST = ModuleMetadata(name="old", version="1.0.0", description="", author="", class_name="OldModule")
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Answer:
    id: str
    is_complete: bool
    progress_percent: int
    data: dict[str, Any]


class Provider(Protocol):
    async def connect(self) -> None:
        """Open connections."""

    async def close(self) -> None:
        """Close them."""

    async def ping(self) -> bool:
        """Whether work would be accepted now."""

    async def process(self, input_data: dict[str, Any], options: dict[str, Any]) -> Answer:
        """Begin with the work."""

    async def get_status(self, answer_id: str) -> Answer:
        """Ask how far it is."""


class SlowProvider:
    def __init__(self) -> None:
        self.calls: list[str] = []

    async def connect(self) -> None:
        self.calls.append("connect")

    async def close(self) -> None:
        self.calls.append("close")

    async def ping(self) -> bool:
        return False

    async def process(self, input_data: dict[str, Any], options: dict[str, Any]) -> Answer:
        return Answer("1", False, 50, {**input_data, **options})

    async def get_status(self, answer_id: str) -> Answer:
        return Answer(answer_id, True, 100, {"id": answer_id})


def create_provider() -> Provider:
    return SlowProvider()


class OldService(base.JobService):
    """As version 0.2.0-dev.3 generated it, with the provider of its author."""

    def __init__(self, context: ModuleContext, config: ModuleConfig | None = None) -> None:
        self.config = config or context.load_config(ModuleConfig)
        self.provider = create_provider()
        spec = JobSpec(name="old", events=LifecycleEvents(started="old.begun"), max_concurrent_jobs=2)
        super().__init__(context, spec, self.config)

    async def run(  # type: ignore[override]
        self, input_data: dict[str, Any], options: dict[str, Any], report_progress: base.ReportProgress
    ) -> dict[str, Any]:
        await report_progress(1)
        return {"input": input_data, "options": options}


class PolledService(base.JobService):
    """As it is generated now, with the provider of its author."""

    def __init__(self, context: ModuleContext) -> None:
        super().__init__(context)
        self.provider = create_provider()


class OldModule(base.JobModule):
    """As version 0.2.0-dev.3 generated it."""

    def __init__(self) -> None:
        super().__init__(FOLDER / "typed_modules" / "invoices")

    def get_config_class(self) -> type[ModuleConfig]:
        return ModuleConfig

    def create_service(self, context: ModuleContext) -> OldService:
        return OldService(context)

    def get_router(self) -> APIRouter:
        return APIRouter()

    def register_events(self, event_bus: base.ModuleEvents) -> None:
        self.get_service(OldService)


def test_runs_with_options_and_a_function_for_progress(host: TestHost, user_id: str) -> None:
    context = host.host.create_context(MANIFEST, FOLDER)
    host.host.jobs.add(Candidate("old", FOLDER, "tests", MANIFEST), context, OldService)
    spec = host.host.jobs.specs["old"]
    assert (spec.max_concurrent_jobs, spec.lifecycle_events) == (2, {"started": "old.begun"})
    host.host.jobs.clear()
    service = OldService(context)
    output = host.call(service.process_now, {"a": 1}, {"b": 2}).output_data
    assert output == {"input": {"a": 1}, "options": {"b": 2}}
    assert host.call(service.check_provider) is False


def test_a_provider_is_asked_until_its_answer_is_complete(host: TestHost) -> None:
    service = PolledService(host.host.create_context(MANIFEST, FOLDER))
    assert host.call(service.process_now, {"a": 1}).output_data == {"id": "1"}
    host.call(service.open)
    assert host.call(service.check_provider) is False
    host.call(service.close)
    provider: Any = service.provider
    assert provider.calls == ["connect", "close"]


def test_a_module_without_parts_starts_with_a_manifest_of_any_endpoints(host: TestHost) -> None:
    module = OldModule()
    context = host.host.create_context(MANIFEST, FOLDER)
    module.set_context(context)
    assert host.call(module.initialize)
    module.register_events(context.events)
    request = ProcessRequest(input_data={"a": 1})
    assert host.call(module.process, request).output_data == {"input": {"a": 1}, "options": {}}
    assert host.call(module.shutdown)
