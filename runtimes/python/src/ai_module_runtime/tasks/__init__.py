"""Celery: the application, its workers, and sending to them."""
