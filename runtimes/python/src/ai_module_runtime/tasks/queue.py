"""Sending to workers, and asking whether there are any."""

import asyncio

from celery import Celery

from ai_module_runtime.tasks.stopping import Stopping

SEND_SECONDS = 5
PING_SECONDS = 1.0


class TaskQueue:
    """The queue of one host."""

    def __init__(self, celery_app: Celery, stopping: Stopping) -> None:
        self._celery_app = celery_app
        self._stopping = stopping

    async def send(self, task_name: str, job_id: str, priority: int = 5, countdown: float = 0) -> None:
        """Send a task about a job; `priority` from 1 (lowest) to 10, `countdown` in seconds.

        Off the event loop, because Celery blocks.

        Raises:
            TimeoutError: the broker did not answer in time.
            Exception: what the broker's client raises if it is unavailable.
        """

        def send() -> None:
            # Redis takes 0 for the most urgent.
            self._celery_app.send_task(task_name, args=(job_id,), priority=10 - priority, countdown=countdown or None)

        async with asyncio.timeout(SEND_SECONDS):
            await asyncio.to_thread(send)

    async def answers(self) -> bool:
        """Whether at least one worker is there to run tasks."""
        ping = self._celery_app.control.ping
        return bool(await asyncio.to_thread(lambda: ping(timeout=PING_SECONDS, limit=1)))

    def must_stop(self) -> bool:
        """Whether work must be handed back, because the process is told to stop."""
        return self._stopping.must_stop()
