<%
    def code(text):
        lines = [line for line in (text or "pass").split("\n") if "# ###" not in line]
        return "\n".join(lines).strip()

    text = f"{upgrades}{downgrades}"
%>\
"""${message.rstrip(".").replace("\\", "").replace('"', "'")}."""

% if "sa." in text:
import sqlalchemy as sa
% endif
% if "op." in text:
from alembic import op
% endif
% if imports:
${imports}
% endif

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${code(upgrades)}


def downgrade() -> None:
    ${code(downgrades)}
