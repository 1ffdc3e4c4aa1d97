"""Loaded by Python before a host starts: it gets each wake-up of the database, and sends each message, three times."""

from ai_module_runtime.engine.executor import Executor
from celery import Celery


def repeat(function):
    def thrice(*args, **kwargs):
        for _ in range(2):
            function(*args, **kwargs)
        return function(*args, **kwargs)

    return thrice


Executor.receive = repeat(Executor.receive)
Celery.send_task = repeat(Celery.send_task)
