"""Run by Alembic inside the transaction that `ai_module_runtime.db.migrations` opened."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString


def render_item(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """Types as SQLAlchemy names them: a migration must not depend on SQLModel or on this runtime."""
    if kind != "type":
        return False
    if isinstance(item, AutoString):
        return "sa.String()" if item.length is None else f"sa.String(length={item.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    version_table=context.config.attributes["version_table"],
    include_object=context.config.attributes["include_object"],
    render_item=render_item,
)
context.run_migrations()
