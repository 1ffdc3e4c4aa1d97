"""Tables that modules of 0.1 create with their first migration. Nothing uses them any more: jobs are in the runtime's.

Existing modules keep that migration, so these functions stay as they are.
"""

import sqlalchemy as sa
from alembic import op


def create_job_tables_v1(module: str) -> None:
    """Create `<module>_jobs` and `<module>_results`."""
    jobs, results = f"{module}_jobs", f"{module}_results"
    op.create_table(
        jobs,
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("input_data", sa.JSON, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("claim_token", sa.String(36)),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True)),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requeue_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progress_percent", sa.Integer, nullable=False),
        sa.Column("error_code", sa.String(64)),
        sa.Column("error_message", sa.String(255)),
        sa.Column("result_id", sa.String(36)),
        sa.Column("duration_ms", sa.Integer),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
    )
    op.create_index(f"{jobs}_owner", jobs, ["user_id", "created_at", "id"])
    op.create_index(f"{jobs}_state", jobs, ["status", "requeue_at"])
    op.create_table(
        results,
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "job_id", sa.String(36), sa.ForeignKey(f"{jobs}.id", ondelete="CASCADE"), unique=True, nullable=False
        ),
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column("output_data", sa.JSON, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def drop_job_tables(module: str) -> None:
    """Drop what `create_job_tables_v1` created."""
    op.drop_table(f"{module}_results")
    op.drop_table(f"{module}_jobs")
