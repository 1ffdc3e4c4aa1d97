"""A private PostgreSQL server for tests that stop and start it, and for all tests without AI_TEST_DATABASE_URL."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path


def find_binaries() -> Path | None:
    """The folder of PostgreSQL's programs, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("pg_ctl")
    return next(iter([*folders, *([Path(on_path).parent] if on_path else [])]), None)


class Server:
    """Listens on a socket in a temporary folder."""

    def __init__(self) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise FileNotFoundError("PostgreSQL is not installed")
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="aipg"))
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if not os.getuid() else []
        if self._as_user:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._binaries / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder)  # noqa: S603

    def start(self) -> None:
        settings = ["fsync=off", "listen_addresses=", f"unix_socket_directories={self._folder}", "max_connections=300"]
        command = [*self._as_user, str(self._binaries / "postgres"), "-D", str(self._folder / "data")]
        for setting in settings:
            command += ["-c", setting]
        self._process = subprocess.Popen(  # noqa: S603
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(300):
            ready = [*self._as_user, str(self._binaries / "pg_isready"), "-q", "-h", str(self._folder)]
            if subprocess.run(ready, check=False).returncode == 0:  # noqa: S603
                return
            time.sleep(0.05)
        raise TimeoutError("the server did not start")

    def stop(self) -> None:
        """End all connections at once."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
