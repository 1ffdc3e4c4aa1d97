"""The Celery application of the host.

celery -A app.tasks.celery_app worker
celery -A app.tasks.celery_app beat
"""

from app.host import host

celery_app = host.celery_app
