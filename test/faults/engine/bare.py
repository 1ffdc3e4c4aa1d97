"""The engine of the Python runtime alone, on the database of a host. Loaded by bare-engine.ts, run in the host's folder.

With BARE_ROLE=worker it is a worker without Celery; the workers of Celery import it.
"""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from uuid import uuid4

from ai_module_runtime.engine import ModuleSpec, Worker, registration_of
from app.host import host


async def nothing(_job, _run):
    return {}


async def ignore(_module, _event):
    return None


READY = "the worker is ready"
SPECS = {"bare": ModuleSpec(name="bare", run_job=nothing, max_concurrent_jobs=1000, retry_attempts=0)}


celery_app = messages = None
if host.settings.redis_url is not None:
    from ai_module_runtime.engine.celery import CeleryWorker, WorkMessages, create_celery_app
    from celery.signals import worker_ready

    # Not the application of the host: its workers would run the host's modules.
    celery_app = create_celery_app(host.settings.redis_url, concurrency=host.settings.worker_concurrency)
    messages = WorkMessages(celery_app)


def make_worker(concurrency):
    return Worker(
        host.database,
        SPECS,
        ignore,
        concurrency=concurrency,
        delivery_slots=0,
        on_retry=messages.send if messages else lambda _delay: None,
    )


@asynccontextmanager
async def start_celery():
    async with make_worker(0).running() as worker:
        yield worker


def report_ready(**_signal_arguments):
    print(READY, file=sys.stderr, flush=True)


if celery_app is not None:
    CeleryWorker(celery_app, start_celery, messages)
    worker_ready.connect(report_ready)


async def add(user, count, limit):
    for _ in range(count):
        await host.store.add_job(str(uuid4()), "bare", user, {}, max_active=limit)
        if messages is not None:
            messages.send()


async def measure(jobs):
    await host.open()
    await host.store.register_modules(registration_of(SPECS.values()), ["bare"])
    workers = [start_worker() for _ in range(int(os.environ["BARE_WORKERS"]))]
    own = None if workers else make_worker(host.settings.worker_concurrency)
    if own:
        await own.start()
    begin = time.monotonic()
    await asyncio.gather(*(add(f"user {i}", -(-jobs // 16), jobs) for i in range(16)))
    while True:
        stats = await host.store.job_stats("bare")
        if stats.pending_jobs + stats.processing_jobs == 0:
            break
        await asyncio.sleep(0.02)
    print(f"took {round((time.monotonic() - begin) * 1000)}", flush=True)
    for each in workers:
        each.terminate()
    if own:
        await own.stop()
    await host.close()


async def work():
    worker = make_worker(host.settings.worker_concurrency)
    await worker.start()
    report_ready()
    await asyncio.Event().wait()


def start_worker():
    if celery_app is None:
        argv, role = [sys.executable, "-m", "bare"], "worker"
    else:
        argv, role = [sys.executable, "-m", "celery", "-A", "bare:celery_app", "worker"], ""
        argv += ["-P", os.environ["BARE_POOL"]]
    env = {**os.environ, "BARE_ROLE": role}
    worker = subprocess.Popen(argv, env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    while READY not in (line := worker.stderr.readline()):
        if not line:
            sys.exit("the worker ended")
    import threading

    threading.Thread(target=worker.stderr.read, daemon=True).start()
    return worker


if __name__ == "__main__":
    asyncio.run(work() if os.environ.get("BARE_ROLE") == "worker" else measure(int(sys.argv[-1])))
