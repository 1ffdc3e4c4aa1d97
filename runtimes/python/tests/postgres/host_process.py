"""A host: starts the database and prints one line of JSON. SIGTERM stops it."""

import json
import signal
import sys
import threading
import time
from pathlib import Path

from ai_module_runtime.postgres import EmbeddedPostgresError, start_embedded_postgres

options = json.loads(sys.argv[1])
reports: list[str] = []
began = time.monotonic()
try:
    server = start_embedded_postgres(Path(options.pop("data_dir")), report=reports.append, **options)
except EmbeddedPostgresError as error:
    print(json.dumps({"code": error.code, "message": str(error), "reports": reports}), flush=True)
else:
    milliseconds = round((time.monotonic() - began) * 1000)
    answer = {"url": server.url, "host": server.host, "folder": str(server.folder), "is_owner": server.is_owner}
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    print(json.dumps({**answer, "reports": reports, "milliseconds": milliseconds}), flush=True)
    while not stopping.wait(60):
        pass
    server.stop()
