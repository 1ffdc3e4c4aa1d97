"""Migrations from the command line."""

import argparse
import asyncio

from ai_module_runtime.db.migrations import apply_module_migrations, module_migrations, write_revision
from ai_module_runtime.host import Host
from ai_module_runtime.modules.discovery import Candidate


def migrate(host: Host) -> None:
    """Read the command line and migrate.

    Without arguments, bring all tables up to date. With a module and a message, also write a revision from the changes
    in its `models.py`.
    """
    parser = argparse.ArgumentParser(prog="python -m app.migrate", description="Apply or write migrations.")
    parser.add_argument("module", nargs="?", help="the module to write a revision for")
    parser.add_argument("message", nargs="?", help="what the revision does")
    arguments = parser.parse_args()
    candidates = host.discover()
    if arguments.module and not arguments.message:
        parser.error("a revision needs a message")
    if arguments.module and arguments.module not in {each.name for each in candidates if each.usable}:
        parser.error(f"there is no module {arguments.module}")
    asyncio.run(_migrate(host, candidates, arguments.module, arguments.message))


async def _migrate(host: Host, candidates: list[Candidate], module: str | None, message: str | None) -> None:
    await host.open()
    for candidate in [each for each in candidates if each.usable]:
        migrations = module_migrations(candidate.name, candidate.folder)
        await apply_module_migrations(host.database, migrations)
        if candidate.name == module and message:
            candidate.import_models()
            names = [each.name for each in candidates]
            revised = module_migrations(candidate.name, candidate.folder, names)
            file = await write_revision(host.database, revised, message)
            print(f"wrote {file}" if file else f"nothing to write: the tables of {module} match its models.py")
    await host.close()
