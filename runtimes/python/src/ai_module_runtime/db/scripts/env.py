"""Run by Alembic inside the transaction that `ai_module_runtime.db.migrations` opened."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator


def render_item(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """Types as SQLAlchemy names them: a migration must not depend on SQLModel, on a module or on this runtime."""
    if kind == "type" and isinstance(item, TypeDecorator):
        stored = item.impl_instance
        if type(stored).__module__ == "sqlalchemy.sql.sqltypes":
            return f"sa.{stored!r}"
    return False


def without_empty_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no file if the models and the database agree."""
    if directives[0].upgrade_ops.is_empty():
        directives.clear()


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    version_table=context.config.attributes["version_table"],
    on_version_apply=context.config.attributes["on_version_apply"],
    include_object=context.config.attributes["include_object"],
    render_item=render_item,
    process_revision_directives=without_empty_revision,
)
context.run_migrations()
