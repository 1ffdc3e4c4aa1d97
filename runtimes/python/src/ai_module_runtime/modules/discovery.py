"""Finding modules: the packages in the modules folder, with what is wrong with each."""

import importlib
import logging
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import app.ai.modules as modules_package
from app.ai.manifest import ManifestError, ModuleMetadata, read_manifest
from app.core.config import get_settings

if TYPE_CHECKING:
    from app.ai.base_module import BaseAIModule

logger = logging.getLogger(__name__)


@dataclass
class Candidate:
    """A folder that looks like a module. `error` is a code, once something is wrong with it."""

    name: str
    folder: Path
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
        package = importlib.import_module(f"{modules_package.__name__}.{self.name}")
        module: BaseAIModule = package.load_module()
        return module

    def import_tasks(self) -> None:
        """Read the module's configuration and import its Celery tasks, so that workers know them.

        Raises:
            Exception: the module cannot be used.
        """
        package = f"{modules_package.__name__}.{self.name}"
        if (self.folder / "tasks.py").exists():
            importlib.import_module(f"{package}.config").get_config()
            importlib.import_module(f"{package}.tasks")


def discover() -> list[Candidate]:
    """Read all manifests, and sort the modules so that each comes after those it depends on."""
    folder = get_settings().modules_dir or Path(modules_package.__path__[0])
    modules_package.__path__ = [str(folder.resolve())]
    candidates = {path.name: _read(path) for path in sorted(folder.iterdir()) if _is_module(path)}
    _check_dependencies(candidates)
    return _sort(candidates)


def _is_module(path: Path) -> bool:
    hidden = path.name.startswith((".", "_"))
    return path.is_dir() and not hidden and any((path / name).exists() for name in ("manifest.yaml", "__init__.py"))


def _read(folder: Path) -> Candidate:
    candidate = Candidate(folder.name, folder.resolve(), disabled=folder.name in get_settings().disabled)
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
            if candidate.usable and not all(_available(candidates, name) for name in _needs(candidate)):
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
