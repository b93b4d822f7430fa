"""What a seat costs once a claimed supporting membership is verified, as it was said when the seat was kept."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE seats ADD COLUMN pending_price BIGINT "
        f"CONSTRAINT {op.f('ck_seats_pending_price')} CHECK (pending_price >= 0)"
    )
    where = sa.text("pending_price IS NOT NULL")
    op.create_index("ix_seats_pending", "seats", ["booking_id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """What was said to those whose membership is not decided yet is gone."""
    op.drop_index("ix_seats_pending", table_name="seats")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_seats_pending_price"), "seats", type_="check")
    op.execute("ALTER TABLE seats DROP COLUMN pending_price")
