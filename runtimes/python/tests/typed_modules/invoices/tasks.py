"""Tasks of invoices."""

from ai_module_runtime import job_tasks

from .service import InvoicesService

TASKS = job_tasks(InvoicesService)
