"""Sending to workers, and asking whether there are any."""

import asyncio

from app.tasks.celery_app import celery_app

SEND_SECONDS = 5
PING_SECONDS = 1.0


async def enqueue(task_name: str, job_id: str, priority: int = 5, countdown: float = 0) -> None:
    """Send a task about a job; `priority` from 1 (lowest) to 10, `countdown` in seconds. Off the event loop: Celery blocks.

    Raises:
        TimeoutError: the broker did not answer in time.
        Exception: what the broker's client raises when it cannot be reached.
    """

    def send() -> None:
        # Redis takes 0 for the most urgent.
        celery_app.send_task(task_name, args=(job_id,), priority=10 - priority, countdown=countdown or None)

    async with asyncio.timeout(SEND_SECONDS):
        await asyncio.to_thread(send)


async def queue_answers() -> bool:
    """Whether at least one worker is there to run tasks."""
    return bool(await asyncio.to_thread(lambda: celery_app.control.ping(timeout=PING_SECONDS, limit=1)))
