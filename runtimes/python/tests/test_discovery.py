"""Finding modules, and what is wrong with each."""

import sys
from pathlib import Path

import pytest

from ai_module_runtime.modules.discovery import Candidate, discover


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


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package of modules."""
    folder = tmp_path / "some_modules"
    folder.mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, folder.name, raising=False)
    return folder


def found(modules: Path, disabled: str = "") -> list[Candidate]:
    return discover(modules.name, {disabled})


def test_modules_come_after_those_they_need(modules: Path) -> None:
    write(modules, "first", "second", "third")
    write(modules, "second", "third")
    write(modules, "third")
    assert [candidate.name for candidate in found(modules)] == ["third", "second", "first"]


def test_a_broken_module_is_listed_and_harms_only_those_that_need_it(modules: Path) -> None:
    write(modules, "fine")
    write(modules, "misnamed", manifest_name="other")
    write(modules, "behind", "misnamed")
    write(modules, "dependent", "nowhere")
    write(modules, "ring_one", "ring_two")
    write(modules, "ring_two", "ring_one")
    write(modules, "switched_off")
    (modules / "no_manifest").mkdir()
    (modules / "no_manifest" / "__init__.py").touch()
    (modules / "notes").mkdir()
    (modules / "stray.txt").touch()
    candidates = found(modules, disabled="switched_off")
    assert {candidate.name: candidate.error for candidate in candidates} == {
        "behind": "dependency_missing",
        "fine": None,
        "dependent": "dependency_missing",
        "misnamed": "name_mismatch",
        "no_manifest": "manifest_invalid",
        "ring_one": "dependency_cycle",
        "ring_two": "dependency_cycle",
        "switched_off": None,
    }
    assert {candidate.name for candidate in candidates if candidate.usable} == {"fine"}


@pytest.mark.parametrize("text", ["", "- a list", "name: [", "name: UPPER\nversion: 1\n"])
def test_what_is_no_manifest(modules: Path, text: str) -> None:
    (modules / "odd").mkdir()
    (modules / "odd" / "manifest.yaml").write_text(text, encoding="utf-8")
    assert [candidate.error for candidate in found(modules)] == ["manifest_invalid"]
