import hashlib
from pathlib import Path

import pytest

from ai_module_runtime.postgres import EmbeddedPostgresError
from ai_module_runtime.postgres.old_data import EXPORT, refuse_old_data


def refusal(data_dir: Path) -> tuple[str, str]:
    with pytest.raises(EmbeddedPostgresError) as caught:
        refuse_old_data(data_dir)
    return caught.value.code, str(caught.value)


def test_refuses_data_of_sqlite_that_was_not_exported_or_has_changed_since_then(tmp_path: Path) -> None:
    data = tmp_path / "app.db"
    message = (
        f"{data} has data of version 0.1 that {{}}. To keep it, go back to the commit before `create-ai-module update "
        "--host`, install the dependencies of that commit, run `npx create-ai-module host export-data`, and update again. "
        f"To start without it, move {data} to another folder."
    )
    refuse_old_data(tmp_path)
    data.write_bytes(b"now")
    assert refusal(tmp_path) == ("old_data", message.format("was not exported"))
    state = hashlib.sha256(b"now").hexdigest()
    (tmp_path / EXPORT).write_text(f'{{"format":1,"state":"{state}"}}\n')
    refuse_old_data(tmp_path)
    (tmp_path / "app.db-wal").write_bytes(b"later")
    assert refusal(tmp_path) == ("old_data", message.format("has changed since it was exported"))
    (tmp_path / "pg").mkdir()
    refuse_old_data(tmp_path)
