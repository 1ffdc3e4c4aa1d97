"""The supervisor of the server: a shell that ends it with the last process of the host."""

import os
import subprocess
from pathlib import Path

FILE = "supervisor.sh"
LAUNCHER_SCRIPT = 'exec 3<&0; "$@" <&3 3<&- &'
"""The supervisor is a child of nobody: a host that ends early doesn't leave a process that waits for it."""


def supervisor_script() -> str:
    """The script that the Node runtime uses, too: beside this file in the package, in a checkout in `runtimes/postgres`."""
    folder = Path(__file__).resolve().parent
    beside = folder / FILE
    return (beside if beside.is_file() else folder.parents[3] / "postgres" / FILE).read_text(encoding="utf-8")


def start_supervisor(run: Path, data: Path, command: tuple[str, ...], remove: str) -> int:
    """Start the supervisor and return the pipe that keeps it running while it is open.

    Args:
        run: the folder of this run.
        data: the folder of the database.
        command: starts the server.
        remove: a folder to remove after the server ended, or an empty text.
    """
    path = run / "members"
    os.mkfifo(path, 0o600)
    # Opening one end waits for the other one, except for a file that is open for both.
    both = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    reader = os.open(path, os.O_RDONLY)
    writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.close(both)
    log = os.open(run / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    words = ["/bin/sh", "-c", supervisor_script(), "ai-module-runtime", str(run), str(data), remove, *command]
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
    try:
        subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", LAUNCHER_SCRIPT, "sh", *words],
            cwd="/",
            env=env,
            stdin=reader,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=True,
        )
    except BaseException:
        os.close(writer)
        raise
    finally:
        os.close(reader)
        os.close(log)
    return writer
