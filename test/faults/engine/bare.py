"""Celery alone, on the servers of a host. Loaded by bare-engine.ts and run in the host's folder. Workers import it."""

import asyncio
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from app.host import host

celery_app = host.celery_app

done = 0


@celery_app.task(name="bare.nothing")
def nothing(_number):
    global done
    done += 1


def send(number):
    celery_app.send_task("bare.nothing", args=(number,), priority=5)


def until_empty(messages):
    if not host.settings.distributed:
        while done < messages:
            time.sleep(0.01)
        return
    import redis

    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    while sum(client.llen(key) for key in client.scan_iter("jobs*") if client.type(key) == b"list") + client.hlen("unacked"):
        time.sleep(0.02)


def measure(messages):
    begin = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(send, range(messages)))
    until_empty(messages)
    print(f"took {round((time.monotonic() - begin) * 1000)}", flush=True)


def start_worker():
    argv = [sys.executable, "-m", "celery", "-A", "bare:celery_app", "worker", "-l", "INFO"]
    worker = subprocess.Popen(
        [*argv, "-P", os.environ["BARE_POOL"]], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    while " ready." not in (line := worker.stderr.readline()):
        if not line:
            sys.exit("the worker ended")
    import threading

    threading.Thread(target=worker.stderr.read, daemon=True).start()
    return worker


async def embedded(messages):
    from ai_module_runtime.tasks.embedded import EmbeddedWorker

    await EmbeddedWorker(host).start()
    await asyncio.to_thread(measure, messages)
    os._exit(0)


if __name__ == "__main__":
    count = int(sys.argv[-1])
    workers = [start_worker() for _ in range(int(os.environ["BARE_WORKERS"]))]
    if not workers:
        asyncio.run(embedded(count))
    measure(count)
    for each in workers:
        each.terminate()
