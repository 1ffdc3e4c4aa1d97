"""Celery alone: 16 senders add empty tasks on Redis, and a worker of 4 threads counts them.

Arguments: the number of tasks. The worker imports this module.
"""

import os
import subprocess
import sys
import time
from threading import Thread

from celery import Celery
from redis import Redis

app = Celery("alone", broker=os.environ["REDIS_URL"])
redis = Redis.from_url(os.environ["REDIS_URL"])


@app.task(name="nothing", ignore_result=True, acks_late=True)
def nothing() -> None:
    redis.incr("done")


def send(count: int) -> None:
    for _ in range(count):
        nothing.delay()


if __name__ == "__main__":
    jobs = int(sys.argv[1])
    argv = [sys.executable, "-m", "celery", "-A", "celery_alone:app", "worker", "-P", "threads", "-c", "4", "-l", "INFO"]
    worker = subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert worker.stderr
    while " ready." not in (line := worker.stderr.readline()):
        if not line:
            sys.exit("the worker ended")
    Thread(target=worker.stderr.read, daemon=True).start()
    begin = time.monotonic()
    senders = [Thread(target=send, args=(jobs // 16,)) for _ in range(16)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    while int(redis.get("done") or 0) < jobs // 16 * 16:
        time.sleep(0.02)
    print(f"took {round((time.monotonic() - begin) * 1000)}")
    worker.terminate()
