"""Runs AI modules in a FastAPI application: jobs, events, HTTP endpoints and configuration.

A host is made of settings, ports and a package of modules:

    settings = read_settings(read_environment())
    host = create_host(settings, Ports(authenticate=Tokens(settings).authenticate), modules="app.ai.modules")
    app = host.app

This is the public interface; everything else may change in any version. Names are imported on first use, so that
workers do not load the web framework.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ai_module_runtime.commands.run_host import run_host as run_host
    from ai_module_runtime.engine.errors import DatabaseUnavailableError as DatabaseUnavailableError
    from ai_module_runtime.engine.errors import JobError as JobError
    from ai_module_runtime.engine.errors import PermanentError as PermanentError
    from ai_module_runtime.engine.errors import TransientError as TransientError
    from ai_module_runtime.engine.store import Event as Event
    from ai_module_runtime.engine.store import JobPage as JobPage
    from ai_module_runtime.errors import HttpError as HttpError
    from ai_module_runtime.errors import InvalidInputError as InvalidInputError
    from ai_module_runtime.events.event_bus import EventBus as EventBus
    from ai_module_runtime.events.event_bus import user_id_of as user_id_of
    from ai_module_runtime.events.event_data import EventData as EventData
    from ai_module_runtime.events.module_events import ModuleEvents as ModuleEvents
    from ai_module_runtime.events.own_event import OwnEvent as OwnEvent
    from ai_module_runtime.guest import Guest as Guest
    from ai_module_runtime.guest import GuestUnavailableError as GuestUnavailableError
    from ai_module_runtime.guest import create_guest as create_guest
    from ai_module_runtime.host import Host as Host
    from ai_module_runtime.host import create_host as create_host
    from ai_module_runtime.http.dependencies import OrchestratorDep as OrchestratorDep
    from ai_module_runtime.http.endpoint import endpoint as endpoint
    from ai_module_runtime.http.errors import error_responses as error_responses
    from ai_module_runtime.http.job_routes import job_routes as job_routes
    from ai_module_runtime.http.permissions import Admin as Admin
    from ai_module_runtime.http.permissions import CurrentUser as CurrentUser
    from ai_module_runtime.http.permissions import OptionalUser as OptionalUser
    from ai_module_runtime.http.permissions import get_current_user as get_current_user
    from ai_module_runtime.http.permissions import require_permission as require_permission
    from ai_module_runtime.http.permissions import requires as requires
    from ai_module_runtime.http.resolve_dependency import resolve_dependency as resolve_dependency
    from ai_module_runtime.http.tokens import Tokens as Tokens
    from ai_module_runtime.http.tokens import bearer_token as bearer_token
    from ai_module_runtime.jobs.events import LifecycleEvents as LifecycleEvents
    from ai_module_runtime.jobs.results import Results as Results
    from ai_module_runtime.jobs.routing import JobId as JobId
    from ai_module_runtime.jobs.routing import Page as Page
    from ai_module_runtime.jobs.routing import QueryValues as QueryValues
    from ai_module_runtime.jobs.routing import module_path as module_path
    from ai_module_runtime.jobs.run import PollingProvider as PollingProvider
    from ai_module_runtime.jobs.run import Provider as Provider
    from ai_module_runtime.jobs.run import ReportProgress as ReportProgress
    from ai_module_runtime.jobs.run import Run as Run
    from ai_module_runtime.jobs.schemas import JobListResponse as JobListResponse
    from ai_module_runtime.jobs.schemas import JobResponse as JobResponse
    from ai_module_runtime.jobs.schemas import ProcessRequest as ProcessRequest
    from ai_module_runtime.jobs.schemas import ProcessResponse as ProcessResponse
    from ai_module_runtime.jobs.schemas import StatsResponse as StatsResponse
    from ai_module_runtime.jobs.service import JobRow as JobRow
    from ai_module_runtime.jobs.service import JobService as JobService
    from ai_module_runtime.jobs.spec import JobSpec as JobSpec
    from ai_module_runtime.jobs.tasks import job_tasks as job_tasks
    from ai_module_runtime.jobs.values import InputData as InputData
    from ai_module_runtime.jobs.values import JsonObject as JsonObject
    from ai_module_runtime.jobs.values import OptionsData as OptionsData
    from ai_module_runtime.jobs.values import OutputData as OutputData
    from ai_module_runtime.modules.base_module import BaseAIModule as BaseAIModule
    from ai_module_runtime.modules.base_module import ModuleHealth as ModuleHealth
    from ai_module_runtime.modules.context import ModuleContext as ModuleContext
    from ai_module_runtime.modules.health import Probe as Probe
    from ai_module_runtime.modules.health import ProbeError as ProbeError
    from ai_module_runtime.modules.job_module import JobModule as JobModule
    from ai_module_runtime.modules.job_module import ModuleParts as ModuleParts
    from ai_module_runtime.modules.manifest import ModuleMetadata as ModuleMetadata
    from ai_module_runtime.modules.module_config import ModuleConfig as ModuleConfig
    from ai_module_runtime.ports import Ports as Ports
    from ai_module_runtime.ports import is_allowed as is_allowed
    from ai_module_runtime.settings import Settings as Settings
    from ai_module_runtime.settings import SettingsError as SettingsError
    from ai_module_runtime.settings import read_environment as read_environment
    from ai_module_runtime.settings import read_settings as read_settings
    from ai_module_runtime.tasks.task import Task as Task
    from ai_module_runtime.types import Date as Date
    from ai_module_runtime.types import DateTime as DateTime
    from ai_module_runtime.types import Email as Email
    from ai_module_runtime.types import Exactly as Exactly
    from ai_module_runtime.types import Integer as Integer
    from ai_module_runtime.types import Number as Number
    from ai_module_runtime.types import OneOf as OneOf
    from ai_module_runtime.types import Uri as Uri
    from ai_module_runtime.types import Uuid as Uuid
    from ai_module_runtime.types import loose_object as loose_object
    from ai_module_runtime.types import strict_object as strict_object
    from ai_module_runtime.users import User as User

_HOMES = {
    "commands.run_host": ("run_host",),
    "engine.errors": ("DatabaseUnavailableError", "JobError", "PermanentError", "TransientError"),
    "engine.store": ("Event", "JobPage"),
    "errors": ("HttpError", "InvalidInputError"),
    "events.event_bus": ("EventBus", "user_id_of"),
    "events.event_data": ("EventData",),
    "events.module_events": ("ModuleEvents",),
    "events.own_event": ("OwnEvent",),
    "guest": ("Guest", "GuestUnavailableError", "create_guest"),
    "host": ("Host", "create_host"),
    "http.dependencies": ("OrchestratorDep",),
    "http.endpoint": ("endpoint",),
    "http.errors": ("error_responses",),
    "http.job_routes": ("job_routes",),
    "http.permissions": ("Admin", "CurrentUser", "OptionalUser", "get_current_user", "require_permission", "requires"),
    "http.resolve_dependency": ("resolve_dependency",),
    "http.tokens": ("Tokens", "bearer_token"),
    "jobs.events": ("LifecycleEvents",),
    "jobs.routing": ("JobId", "Page", "QueryValues", "module_path"),
    "jobs.schemas": ("JobListResponse", "JobResponse", "ProcessRequest", "ProcessResponse", "StatsResponse"),
    "jobs.results": ("Results",),
    "jobs.run": ("PollingProvider", "Provider", "ReportProgress", "Run"),
    "jobs.service": ("JobRow", "JobService"),
    "jobs.spec": ("JobSpec",),
    "jobs.tasks": ("job_tasks",),
    "jobs.values": ("InputData", "JsonObject", "OptionsData", "OutputData"),
    "modules.base_module": ("BaseAIModule", "ModuleHealth"),
    "modules.context": ("ModuleContext",),
    "modules.health": ("Probe", "ProbeError"),
    "modules.job_module": ("JobModule", "ModuleParts"),
    "modules.manifest": ("ModuleMetadata",),
    "modules.module_config": ("ModuleConfig",),
    "ports": ("Ports", "is_allowed"),
    "settings": ("SettingsError", "Settings", "read_environment", "read_settings"),
    "tasks.task": ("Task",),
    "types": (
        "Date",
        "DateTime",
        "Email",
        "Exactly",
        "Integer",
        "Number",
        "OneOf",
        "Uri",
        "Uuid",
        "loose_object",
        "strict_object",
    ),
    "users": ("User",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
