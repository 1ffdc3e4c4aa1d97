"""Why the embedded PostgreSQL didn't start. Codes and texts are the same in the Node runtime."""

import errno
import re
from pathlib import Path

NOT_WRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT}


class EmbeddedPostgresError(Exception):
    """The database didn't start; the message says what to do, the code is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def needs_database_url(code: str, reason: str) -> EmbeddedPostgresError:
    """The embedded PostgreSQL can't run here: the user has to provide a database."""
    message = f"Set AI_DATABASE_URL to a PostgreSQL database: the embedded one can't run here, because {reason}."
    return EmbeddedPostgresError(code, message)


def reason_in_log(log: str, folder: Path) -> EmbeddedPostgresError:
    """Find the reason in the output of initdb or postgres."""
    if re.search("no space left on device", log, re.IGNORECASE):
        return needs_database_url("disk_full", f"no space is left for {folder}")
    if re.search("read-only file system|permission denied", log, re.IGNORECASE):
        return not_writable(folder, log)
    unusable = re.search("not found|(cannot|failed to) execute|exec format error", log, re.IGNORECASE)
    if unusable and not re.search("FATAL|PANIC", log):
        return needs_database_url("binaries_unusable", "its binaries need a system with glibc")
    lines = [line.strip() for line in log.split("\n") if line.strip()]
    named = [line for line in lines if re.search(r"\b(FATAL|PANIC|error)\b", line)]
    line = (named or lines or ["nothing"])[-1]
    return needs_database_url("failed", f'PostgreSQL reported "{line}"')


def not_writable(folder: Path, problem: str) -> EmbeddedPostgresError:
    """`problem` is the code of the system's error, or a log that contains its text."""
    if re.search("ENOSPC|EDQUOT|no space left", problem, re.IGNORECASE):
        return needs_database_url("disk_full", f"no space is left for {folder}")
    reason = "is read-only" if re.search("EROFS|read-only", problem, re.IGNORECASE) else "can't be written to"
    return needs_database_url("data_folder", f"the folder {folder} {reason}")


def system_code(error: OSError) -> str:
    """The name of the system's error, for example ENOSPC."""
    return errno.errorcode.get(error.errno or 0, str(error))
