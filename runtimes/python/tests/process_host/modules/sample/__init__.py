"""Sleeps as long as its input says."""

from pathlib import Path

from fastapi import APIRouter

from ai_module_runtime import ModuleContext, ModuleEvents
from ai_module_runtime.modules.job_module import JobModule
from tests.conftest import SampleConfig, SampleService


class Sample(JobModule):
    def get_config_class(self) -> type[SampleConfig]:
        return SampleConfig

    def create_service(self, context: ModuleContext) -> SampleService:
        return SampleService(context)

    def get_router(self) -> APIRouter:
        return APIRouter()

    def register_events(self, event_bus: ModuleEvents) -> None:
        pass


def load_module() -> Sample:
    return Sample(Path(__file__).parent)
