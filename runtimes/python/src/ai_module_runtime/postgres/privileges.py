"""PostgreSQL refuses to run as root, and an unprivileged user can't enter folders such as /root."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ai_module_runtime.postgres.binaries import Binaries
from ai_module_runtime.postgres.error import needs_database_url

if sys.platform != "win32":
    import pwd

SHARED_FOLDER = Path("/var/lib/ai-module-runtime")
"""Folders for hosts that run as root where the server can't enter their own."""

CAP_DAC_READ_SEARCH = 2


@dataclass(frozen=True)
class Account:
    """A user of the system."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Privileges:
    """Who runs the server."""

    account: Account | None
    """None: the user of this process."""

    prefix: tuple[str, ...]
    """Words before a command that make it run as `account`."""

    enters_all: bool
    """Whether the server can enter every folder."""


@dataclass(frozen=True)
class Place:
    """Where the data is, and the binaries that can read it."""

    folder: Path
    binaries: Binaries


def choose_privileges(data_dir: Path) -> Privileges:
    """Choose who runs the server."""
    if os.geteuid() != 0:
        _require_name()
        return Privileges(None, (), enters_all=False)
    account = _owner_of_data(data_dir / "pg") or _nobody()
    if shutil.which("setpriv") is None:
        raise needs_database_url("root", "root needs the program setpriv to run it as another user")
    enters_all = _has_capability(CAP_DAC_READ_SEARCH)
    keep = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search") if enters_all else ()
    return Privileges(account, (*_change_user(account), *keep, "--"), enters_all)


def give_to(privileges: Privileges, path: Path) -> None:
    """Give a file or folder to the user that runs the server."""
    if privileges.account:
        os.chown(path, privileges.account.uid, privileges.account.gid)


def choose_place(data_dir: Path, binaries: Binaries, privileges: Privileges, report: Callable[[str], None]) -> Place:
    """Choose a folder below /var/lib if the server can't enter the data folder.

    The binaries are copied there if the server can't enter their folder. A file in the data folder keeps the choice.
    """
    account = privileges.account
    if account is None:
        return Place(data_dir, binaries)

    def is_reachable(folder: Path) -> bool:
        return privileges.enters_all or can_enter(folder, account)

    # The capability opens files, but PostgreSQL asks the system whether its binaries may be used, which ignores it.
    usable = binaries if can_enter(binaries.postgres.parent, account) else _copy_binaries(binaries, report)
    note = data_dir / "pg-location"
    noted = Path(note.read_text().strip()) if note.exists() else None
    if (data_dir / "pg").exists() or (noted is None and is_reachable(data_dir)):
        if is_reachable(data_dir):
            return Place(data_dir, usable)
        raise needs_database_url("root", f"an unprivileged user can't enter {data_dir} without CAP_DAC_READ_SEARCH")
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    folder = noted or SHARED_FOLDER / name
    if not folder.exists():
        SHARED_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o711)
        folder.mkdir(exist_ok=True, mode=0o711)
        note.touch(mode=0o600)
        note.write_text(f"{folder}\n")
        report(f"The embedded database is in {folder}, because an unprivileged user can't enter {data_dir}.")
    return Place(folder, usable)


def can_enter(folder: Path, account: Account | None) -> bool:
    """Whether a user can enter a folder, without the capability."""
    prefix = _change_user(account) if account else ()
    command = [*prefix, "/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    return subprocess.run(command, cwd="/", capture_output=True, check=False).returncode == 0  # noqa: S603


def _change_user(account: Account) -> tuple[str, ...]:
    return ("setpriv", f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups")


def _copy_binaries(binaries: Binaries, report: Callable[[str], None]) -> Binaries:
    """Copy the binaries once for each installation: as hard links where the disk is the same."""
    installed = binaries.postgres.stat()
    copy = SHARED_FOLDER / f"postgres-{installed.st_size}-{installed.st_mtime_ns // 1_000_000}"
    if not copy.exists():
        fresh = copy.with_name(f"{copy.name}.new-{os.getpid()}")
        SHARED_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o711)
        fresh.mkdir(mode=0o755)
        for number, folder in enumerate((binaries.folder, *binaries.library_folders[1:])):
            if folder.is_dir():
                target = fresh / ("pg" if number == 0 else f"libs{number}")
                shutil.copytree(folder, target, symlinks=True, copy_function=_link)
        try:
            fresh.rename(copy)
            report(
                f"The binaries of PostgreSQL are in {copy}, because an unprivileged user can't enter {binaries.folder}."
            )
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            if not copy.exists():
                raise
    others = tuple(copy / f"libs{number}" for number in range(1, len(binaries.library_folders)))
    return replace(binaries, folder=copy / "pg", library_folders=(copy / "pg" / "lib", *others))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _require_name() -> None:
    """PostgreSQL looks up the name of its user."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise needs_database_url("unnamed_user", f"the user id {os.geteuid()} has no name") from None


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise needs_database_url("root", 'root needs the user "nobody" to run it') from None
    return Account(entry.pw_uid, entry.pw_gid)


def _owner_of_data(data: Path) -> Account | None:
    """Data that a user created stays theirs when root starts the host."""
    try:
        stats = data.lstat()
    except OSError:
        return None
    if stats.st_uid == 0:
        return None
    try:
        pwd.getpwuid(stats.st_uid)
    except KeyError:
        reason = f"the user id {stats.st_uid}, which owns {data}, has no name"
        raise needs_database_url("unnamed_user", reason) from None
    return Account(stats.st_uid, stats.st_gid)


def _has_capability(number: int) -> bool:
    if sys.platform != "linux":
        return False
    mask = re.search(r"^CapEff:\s*([0-9a-f]+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return mask is not None and bool(int(mask[1], 16) >> number & 1)
