"""Processes and waiting."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs. A zombie doesn't."""
    if sys.platform == "win32":
        # `os.kill` would end it.
        return f'"{pid}"' in _output_of("tasklist", "/FI", f"PID eq {pid}", "/FO", "CSV", "/NH")
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass
    except (OSError, OverflowError):
        return False
    if sys.platform != "linux":
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def is_process_of(pid: int, folder: Path) -> bool:
    """Whether the process has this folder among its arguments, such as the PostgreSQL of a data folder.

    Ids are used again, for example after a restart of a container.
    """
    if not is_alive(pid):
        return False
    if sys.platform == "linux":
        try:
            return os.fsencode(folder) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
    return str(folder) in _output_of("ps", "-ww", "-o", "command=", "-p", str(pid))


def _output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603


def send_signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have ended."""
    with contextlib.suppress(OSError):
        os.kill(pid, number)


def poll(seconds: float, question: Callable[[], T | None]) -> T | None:
    """Ask again every 2 ms until the answer isn't None."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer is not None or time.monotonic() > end:
            return answer
        time.sleep(0.002)
