"""The secret that signs tokens."""

import errno
import os
import secrets
from pathlib import Path

from ai_module_runtime.settings import Settings, SettingsError

MIN_BYTES = 32


def read_jwt_secret(settings: Settings) -> str:
    """The secret of the settings; outside production, a random one kept in `data_dir`, readable by its owner only.

    Raises:
        SettingsError: in production, no secret or one of less than 32 bytes; or `data_dir` can't be written to, or the
            file there is empty.
    """
    if settings.production and len((settings.jwt_secret or "").strip().encode()) < MIN_BYTES:
        raise SettingsError(
            "AI_JWT_SECRET is required in production"
            if settings.jwt_secret is None
            else f"AI_JWT_SECRET is too short for production: use at least {MIN_BYTES} bytes"
        )
    try:
        return settings.jwt_secret or _read_or_create(settings.data_dir / "jwt-secret")
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "")
        raise SettingsError(f"AI_DATA_DIR: {error.filename} can't be written to ({code})") from None


def _read_or_create(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # A link fails where a rename would overwrite: of two processes starting at once, one secret stays.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secret = path.read_text(encoding="utf-8").strip()
    if not secret:
        raise SettingsError(f"AI_JWT_SECRET: {path} is empty, delete it and the next start makes a new secret")
    return secret
