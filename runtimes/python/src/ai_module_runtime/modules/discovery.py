"""Finding modules: the packages in the modules folder, with what is wrong with each."""

import importlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ai_module_runtime.modules.manifest import ManifestError, ModuleMetadata, read_manifest

if TYPE_CHECKING:
    from ai_module_runtime.modules.base_module import BaseAIModule
    from ai_module_runtime.tasks.task import Task

logger = logging.getLogger(__name__)


@dataclass
class Candidate:
    """A folder that looks like a module. `error` is a code, once something is wrong with it."""

    name: str
    folder: Path
    package: str
    metadata: ModuleMetadata | None = None
    error: str | None = None
    disabled: bool = False
    module: "BaseAIModule | None" = field(default=None, repr=False)

    @property
    def usable(self) -> bool:
        """Whether nothing speaks against starting it."""
        return self.error is None and not self.disabled

    @property
    def ready(self) -> bool:
        """Whether it is started."""
        return self.usable and self.module is not None

    @property
    def status(self) -> Literal["ready", "failed", "disabled"]:
        """`ready`, `failed` or `disabled`."""
        if self.disabled:
            return "disabled"
        return "ready" if self.ready else "failed"

    def load(self) -> "BaseAIModule":
        """Import the package and call its `load_module`."""
        module: BaseAIModule = importlib.import_module(self.package).load_module()
        return module

    def import_models(self) -> None:
        """Import the module's `models.py`, so that SQLModel knows its tables.

        Raises:
            Exception: it cannot be imported.
        """
        if (self.folder / "models.py").exists():
            importlib.import_module(f"{self.package}.models")

    def import_tasks(self) -> "Sequence[Task]":
        """Import the module's `tasks.py` and return its `TASKS`, without importing the web framework.

        Raises:
            Exception: the module cannot be imported.
        """
        if not (self.folder / "tasks.py").exists():
            return ()
        tasks: Sequence[Task] = getattr(importlib.import_module(f"{self.package}.tasks"), "TASKS", ())
        return tasks


def discover(package: str, disabled: Collection[str] = ()) -> list[Candidate]:
    """Read the manifests of all modules in `package`, and sort them so that each comes after those it depends on.

    Without such a package there are no modules.
    """
    folders = _folders_of(package)
    paths = sorted(path for folder in folders for path in folder.iterdir() if _is_module(path))
    candidates = {path.name: _read(path, f"{package}.{path.name}", path.name in disabled) for path in paths}
    _check_dependencies(candidates)
    return _sort(candidates)


def _folders_of(package: str) -> list[Path]:
    try:
        return [Path(folder).resolve() for folder in importlib.import_module(package).__path__]
    except ModuleNotFoundError as error:
        if error.name is None or not f"{package}.".startswith(f"{error.name}."):
            raise
        return []


def _is_module(path: Path) -> bool:
    hidden = path.name.startswith((".", "_"))
    return path.is_dir() and not hidden and any((path / name).exists() for name in ("manifest.yaml", "__init__.py"))


def _read(folder: Path, package: str, disabled: bool) -> Candidate:
    candidate = Candidate(folder.name, folder, package, disabled=disabled)
    try:
        candidate.metadata = read_manifest(folder)
    except ManifestError as error:
        logger.error("manifest of %s is not valid: %s", folder.name, error)
        candidate.error = "manifest_invalid"
    else:
        if candidate.metadata.name != folder.name:
            candidate.error = "name_mismatch"
    return candidate


def _check_dependencies(candidates: dict[str, Candidate]) -> None:
    """Refuse modules that need one that is not there, and those that need a refused one in turn."""
    changed = True
    while changed:
        changed = False
        for candidate in candidates.values():
            missing = [name for name in _needs(candidate) if not _available(candidates, name)]
            if candidate.usable and missing:
                logger.error("%s requires %s, which is not ready", candidate.name, ", ".join(missing))
                candidate.error = "dependency_missing"
                changed = True


def _available(candidates: dict[str, Candidate], name: str) -> bool:
    return name in candidates and candidates[name].usable


def _needs(candidate: Candidate) -> list[str]:
    return candidate.metadata.needed_modules if candidate.metadata else []


def _sort(candidates: dict[str, Candidate]) -> list[Candidate]:
    graph = {name: [need for need in _needs(candidate) if need in candidates] for name, candidate in candidates.items()}
    while True:
        try:
            return [candidates[name] for name in TopologicalSorter(graph).static_order()]
        except CycleError as error:
            for name in set(error.args[1]):
                candidates[name].error = "dependency_cycle"
                graph[name] = []
            _check_dependencies(candidates)
