"""The module's scheduled tasks: old jobs are deleted. Add one of your own with `ai_module_runtime.Task`."""

from ai_module_runtime import job_tasks

from .service import TextDigestService

TASKS = job_tasks(TextDigestService)
