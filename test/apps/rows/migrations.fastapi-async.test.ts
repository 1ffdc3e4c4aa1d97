import { describeMigrations } from '../describe-migrations.ts';
import { fastapiAsync } from '../fastapi-async.ts';

const text = `"""Add notes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("summaries_notes", sa.Column("id", sa.Uuid(), nullable=False), sa.PrimaryKeyConstraint("id"))


def downgrade() -> None:
    op.drop_table("summaries_notes")
`;

await describeMigrations(fastapiAsync, {
  dir: 'src/app/ai',
  migrations: 'src/migrations/',
  file: 'v0001_add_notes.py',
  text,
});
