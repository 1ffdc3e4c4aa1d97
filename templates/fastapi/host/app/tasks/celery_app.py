"""The Celery application of the host."""

from app.host import host

celery_app = host.celery_app
