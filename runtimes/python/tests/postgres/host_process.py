"""A host: starts the database and prints one line of JSON. SIGTERM stops it."""

import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

from ai_module_runtime.postgres import EmbeddedPostgresError, start_embedded_postgres
from ai_module_runtime.postgres.tcp_server import start_tcp_server

options = json.loads(sys.argv[1])
reports: list[str] = []
if not os.access(sys.executable, os.X_OK):
    # The interpreter of a virtual environment may be in a folder that this user can't enter.
    sys.executable = shutil.which("python3", path="/usr/bin:/bin") or ""
began = time.monotonic()
try:
    data_dir = Path(options.pop("data_dir"))
    if options.pop("is_tcp", False):
        server = start_tcp_server(data_dir, **options, is_temporary=False, timeout_seconds=60)
    else:
        server = start_embedded_postgres(data_dir, report=reports.append, **options)
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
