"""Finding modules, and what is wrong with each."""

from pathlib import Path
from unittest.mock import patch

import pytest

import app.ai.modules as modules_package
from app.ai.discovery import Candidate, discover
from app.core.config import Settings


def write(folder: Path, name: str, *dependencies: str, manifest_name: str | None = None) -> None:
    (folder / name).mkdir()
    lines = [
        f"name: {manifest_name or name}",
        'version: "1.0.0"',
        "description: A module",
        "author: A Tester",
        "class_name: SomeModule",
        f"dependencies: [{', '.join(f'module:{need}' for need in dependencies)}]",
    ]
    (folder / name / "manifest.yaml").write_text("\n".join(lines), encoding="utf-8")


def found(monkeypatch: pytest.MonkeyPatch, folder: Path, disabled: str = "") -> list[Candidate]:
    monkeypatch.setattr(modules_package, "__path__", list(modules_package.__path__))
    settings = Settings(modules_dir=folder, disabled_modules=disabled)
    with patch("app.ai.discovery.get_settings", lambda: settings):
        return discover()


def test_modules_come_after_those_they_need(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path, "first", "second", "third")
    write(tmp_path, "second", "third")
    write(tmp_path, "third")
    assert [candidate.name for candidate in found(monkeypatch, tmp_path)] == ["third", "second", "first"]


def test_a_broken_module_is_listed_and_harms_only_those_that_need_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path, "fine")
    write(tmp_path, "misnamed", manifest_name="other")
    write(tmp_path, "behind", "misnamed")
    write(tmp_path, "lonely", "nowhere")
    write(tmp_path, "ring_one", "ring_two")
    write(tmp_path, "ring_two", "ring_one")
    write(tmp_path, "switched_off")
    (tmp_path / "no_manifest").mkdir()
    (tmp_path / "no_manifest" / "__init__.py").touch()
    (tmp_path / "notes").mkdir()
    (tmp_path / "stray.txt").touch()
    candidates = found(monkeypatch, tmp_path, disabled="switched_off")
    assert {candidate.name: candidate.error for candidate in candidates} == {
        "behind": "dependency_missing",
        "fine": None,
        "lonely": "dependency_missing",
        "misnamed": "name_mismatch",
        "no_manifest": "manifest_invalid",
        "ring_one": "dependency_cycle",
        "ring_two": "dependency_cycle",
        "switched_off": None,
    }
    assert {candidate.name for candidate in candidates if candidate.usable} == {"fine"}


@pytest.mark.parametrize("text", ["", "- a list", "name: [", "name: UPPER\nversion: 1\n"])
def test_what_is_no_manifest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "manifest.yaml").write_text(text, encoding="utf-8")
    assert [candidate.error for candidate in found(monkeypatch, tmp_path)] == ["manifest_invalid"]
