"""Migrations from the command line.

python -m app.migrate                            bring all tables up to date
python -m app.migrate document_search "message"  write a revision from the changes in models.py
"""

import argparse
import asyncio

from app.ai.discovery import Candidate, discover
from app.core.config import get_settings
from app.core.db import dispose_engine
from app.core.migrations import HOST_MIGRATIONS, apply_migrations, module_migrations, write_revision


async def _migrate(candidates: list[Candidate], module: str | None, message: str | None) -> None:
    if not get_settings().distributed:
        get_settings().data_dir.mkdir(parents=True, exist_ok=True)
    await apply_migrations(HOST_MIGRATIONS)
    for candidate in [each for each in candidates if each.usable]:
        await apply_migrations(module_migrations(candidate.name, candidate.folder))
        if candidate.name == module and message:
            candidate.import_tasks()
            names = [each.name for each in candidates]
            await write_revision(module_migrations(candidate.name, candidate.folder, names), message)
    await dispose_engine()


def main() -> None:
    """Read the command line and migrate."""
    parser = argparse.ArgumentParser(prog="python -m app.migrate", description="Apply or write migrations.")
    parser.add_argument("module", nargs="?", help="the module to write a revision for")
    parser.add_argument("message", nargs="?", help="what the revision does")
    arguments = parser.parse_args()
    candidates = discover()
    if arguments.module and not arguments.message:
        parser.error("a revision needs a message")
    if arguments.module and arguments.module not in {each.name for each in candidates if each.usable}:
        parser.error(f"there is no module {arguments.module}")
    asyncio.run(_migrate(candidates, arguments.module, arguments.message))


if __name__ == "__main__":
    main()
