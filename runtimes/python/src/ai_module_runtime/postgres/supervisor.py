"""The supervisor of the server: a shell that ends it with the last process of the host."""

import os
import subprocess
from pathlib import Path

SUPERVISOR_SCRIPT = """
run=$1 data=$2 remove=$3
shift 3
pid= ending= delay=0.1
end() {
  ending=1
  [ -n "$pid" ] || return
  kill -INT "$pid" 2>/dev/null
  {
    n=0
    while kill -0 "$pid" 2>/dev/null; do
      n=$((n + 1))
      [ "$n" -ne 100 ] || kill -QUIT "$pid"
      [ "$n" -ne 150 ] || kill -KILL "$pid"
      sleep 0.1
    done
  } &
}
trap end TERM
exec 3<&0 </dev/null
watch() {
  while read -r id; do : >"$run/$id"; done
  : >"$run/ending"
  kill -TERM $$
  # In case that signals are blocked, or the other process was killed.
  sleep 1
  { read -r pid && read -r _ && read -r _ && read -r _ && read -r socket; } <"$data/postmaster.pid"
  [ "$socket" = "$run/s" ] && kill -INT "$pid"
}
watch <&3 2>/dev/null &
members=$!
exec 3<&-
while [ -z "$ending" ] && [ ! -e "$run/ending" ]; do
  LD_LIBRARY_PATH=$run/lib DYLD_LIBRARY_PATH=$run/lib "$@" &
  pid=$!
  while :; do wait "$pid"; code=$?; kill -0 "$pid" 2>/dev/null || break; done
  pid=
  [ -z "$ending" ] && [ ! -e "$run/ending" ] || break
  [ -e "$run/ready" ] && [ -f "$data/PG_VERSION" ] && kill -0 "$members" 2>/dev/null || break
  sleep "$delay"
  delay=1
done
if [ -z "$ending" ] && [ ! -e "$run/ready" ]; then
  echo "$code" >"$run/exit"
  while kill -0 "$members" 2>/dev/null; do wait "$members"; done
fi
kill "$members" 2>/dev/null
[ -z "$remove" ] || [ ! -e "$run/ready" ] || rm -rf "$remove"
rm -rf "$run"
"""
"""Starts the server, starts it again if it was killed, and stops it when the last process of the host closed the pipe
or ended, even by `kill -9`. The same as in the Node runtime."""

LAUNCHER_SCRIPT = 'exec 3<&0; "$@" <&3 3<&- &'
"""The supervisor is a child of nobody: a host that ends early doesn't leave a process that waits for it."""


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
    words = ["/bin/sh", "-c", SUPERVISOR_SCRIPT, "ai-module-runtime", str(run), str(data), remove, *command]
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
