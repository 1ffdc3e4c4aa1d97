"""Migrations from the command line."""

import argparse
import asyncio
from collections.abc import Sequence

from ai_module_runtime.db.migrations import (
    apply_module_migrations,
    check_module_migrations,
    module_migrations,
    write_revision,
)
from ai_module_runtime.host import Host
from ai_module_runtime.modules.discovery import Candidate


def migrate(host: Host, given: Sequence[str] | None = None, prog: str = "python -m app.migrate") -> None:
    """Read the command line, or the `given` arguments, and migrate.

    Without arguments, bring all tables up to date. With a module and a message, also write a revision from the changes
    in its `models.py`. If the application makes the tables, nothing is applied, only checked.
    """
    parser = argparse.ArgumentParser(prog=prog, description="Apply or write migrations.")
    parser.add_argument("module", nargs="?", help="the module to write a revision for")
    parser.add_argument("message", nargs="?", help="what the revision does")
    arguments = parser.parse_args(given)
    candidates = host.discover()
    if arguments.module and not arguments.message:
        parser.error("a revision needs a message")
    if arguments.module and arguments.module not in {each.name for each in candidates if each.usable}:
        parser.error(f"there is no module {arguments.module}")
    asyncio.run(_migrate(host, candidates, arguments.module, arguments.message))


async def _migrate(host: Host, candidates: list[Candidate], module: str | None, message: str | None) -> None:
    await host.open()
    prepare = apply_module_migrations if host.migrations == "runtime" else check_module_migrations
    for candidate in [each for each in candidates if each.usable]:
        migrations = module_migrations(candidate.name, candidate.folder)
        await prepare(host.database, migrations)
        if candidate.name == module and message:
            candidate.import_models()
            names = [each.name for each in candidates]
            revised = module_migrations(candidate.name, candidate.folder, names)
            file = await write_revision(host.database, revised, message)
            print(f"wrote {file}" if file else f"nothing to write: the tables of {module} match its models.py")
    await host.close()
