"""The Celery application of the host, for workers with AI_REDIS_URL: celery -A app.tasks.celery_app worker."""

from app.host import host

celery_app = host.celery_app
