"""Commands for applications with a guest: `python -m ai_module_runtime worker app.ai.attachment:guest`."""

import argparse
import sys
from importlib import import_module

from ai_module_runtime.guest import Guest


def main() -> int:
    """Read the command line and run a command. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ai_module_runtime")
    commands = parser.add_subparsers(dest="command", required=True)
    worker = commands.add_parser("worker", help="run the jobs of a guest in this process")
    worker.add_argument("guest", help="where the guest is, such as app.ai.attachment:guest")
    migrate = commands.add_parser("migrate", help="bring the tables of modules up to date, or write a migration of one")
    migrate.add_argument("guest", help="where the guest is, such as app.ai.attachment:guest")
    migrate.add_argument("arguments", nargs="*", metavar="module message", help="the module, and what has changed")
    sql = commands.add_parser("sql", help="print the SQL that creates the runtime's tables, for a migration")
    sql.add_argument("--schema", default="ai", help="the schema of the tables")
    arguments = parser.parse_args()
    if arguments.command == "sql":
        from ai_module_runtime.engine.database import SCHEMA_NAME
        from ai_module_runtime.engine.schema import script_of

        if not SCHEMA_NAME.fullmatch(arguments.schema):
            parser.error(f"the name of a schema must match {SCHEMA_NAME.pattern}")
        print(script_of(arguments.schema))
        return 0
    module, _, name = arguments.guest.partition(":")
    guest = getattr(import_module(module), name or "guest", None)
    if not isinstance(guest, Guest):
        parser.error(f"{arguments.guest} is not a guest")
    if arguments.command == "migrate":
        from ai_module_runtime.guest_app import run_migrate

        return run_migrate(guest, arguments.arguments, f"{parser.prog} migrate {arguments.guest}")
    return guest.run_worker()


if __name__ == "__main__":
    sys.exit(main())
