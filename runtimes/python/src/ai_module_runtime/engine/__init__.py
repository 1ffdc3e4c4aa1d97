"""Runs jobs and delivers events, with PostgreSQL as the only state.

Every process makes a `Database` and a `Store`. A process that runs jobs also has a `Worker`; one that only serves HTTP has
a `Clock`. With Celery, see `ai_module_runtime.engine.celery`.
"""

from ai_module_runtime.engine.clock import Clock, ScheduledTask
from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.errors import (
    ClaimLostError,
    DatabaseUnavailableError,
    JobError,
    PermanentError,
    SchemaPermissionError,
    TransientError,
)
from ai_module_runtime.engine.modules import ModuleSpec, Run, registration_of
from ai_module_runtime.engine.schema import apply_migrations, set_up_schema
from ai_module_runtime.engine.sql_files import Migration
from ai_module_runtime.engine.store import Claim, Delivery, Event, Job, JobPage, JobStats, Result, Store
from ai_module_runtime.engine.threads import WorkerThreads
from ai_module_runtime.engine.worker import Worker

__all__ = [
    "Claim",
    "ClaimLostError",
    "Clock",
    "Database",
    "DatabaseUnavailableError",
    "Delivery",
    "Event",
    "Job",
    "JobError",
    "JobPage",
    "JobStats",
    "Migration",
    "ModuleSpec",
    "PermanentError",
    "Result",
    "Run",
    "ScheduledTask",
    "SchemaPermissionError",
    "Store",
    "TransientError",
    "Worker",
    "WorkerThreads",
    "apply_migrations",
    "registration_of",
    "set_up_schema",
]
