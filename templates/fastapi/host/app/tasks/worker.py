"""The application of worker and scheduler processes.

celery -A app.tasks.worker worker
celery -A app.tasks.worker beat
"""

from ai_module_runtime.tasks.worker import prepare_worker

from app.host import host

celery_app = prepare_worker(host)
