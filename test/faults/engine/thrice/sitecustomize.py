"""Loaded by Python before a host starts: sends every message to the queue three times."""

from celery import Celery

send_task = Celery.send_task


def send_thrice(self, *args, **kwargs):
    for _ in range(2):
        send_task(self, *args, **kwargs)
    return send_task(self, *args, **kwargs)


Celery.send_task = send_thrice
