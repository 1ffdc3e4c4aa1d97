"""Run by Alembic inside the transaction that `ai_module_runtime.db.migrations` opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    version_table=context.config.attributes["version_table"],
    include_object=context.config.attributes["include_object"],
    # SQLite cannot alter most things in place: Alembic copies the table instead.
    render_as_batch=True,
)
context.run_migrations()
