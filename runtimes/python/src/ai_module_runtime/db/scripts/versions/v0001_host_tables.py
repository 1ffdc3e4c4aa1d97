"""Create the tables of the host."""

import sqlalchemy as sa
from alembic import op

revision = "host_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "module_starts",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "test_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("event_id", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("source_module", sa.String(64), nullable=False),
        sa.Column("correlation_id", sa.String(255), index=True),
        sa.Column("occurred_at", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("test_events")
    op.drop_table("module_starts")
