"""Create the tables of text_digest."""

from ai_module_runtime.jobs.tables import create_job_tables_v1, drop_job_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_job_tables_v1("text_digest")


def downgrade() -> None:
    drop_job_tables("text_digest")
