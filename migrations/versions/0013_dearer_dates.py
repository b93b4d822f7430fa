"""A seat may move to a dearer date: additional invoices; a fee for moving once more than is free."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KINDS = ("cancellation", "handling")
ONCE = sa.text("kind <> 'move'")


def upgrade() -> None:
    op.create_table(
        "booking_supplements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("fee >= 0", name=op.f("ck_booking_supplements_fee")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_supplements_booking_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_booking_supplements_invoice_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_booking_supplements_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_supplements")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_booking_supplements_invoice_id")),
    )
    for column in ("booking_id", "seat_id"):
        op.create_index(op.f(f"ix_booking_supplements_{column}"), "booking_supplements", [column], unique=False)
    with op.batch_alter_table("booking_fees") as table:
        table.drop_constraint(op.f("uq_booking_fees_seat_id_kind"), type_="unique")
        table.drop_constraint(op.f("ck_booking_fees_kind"), type_="check")
        table.create_check_constraint(op.f("ck_booking_fees_kind"), _one_of(*KINDS, "move"))
    op.create_index("uq_booking_fees_given_back", "booking_fees", ["seat_id", "kind"], unique=True, sqlite_where=ONCE, postgresql_where=ONCE)
    with op.batch_alter_table("change_policies") as table:
        table.add_column(sa.Column("move_fee", sa.BigInteger(), nullable=True))
        table.create_check_constraint(op.f("ck_change_policies_move_fee"), "move_fee IS NULL OR move_fee > 0")


def downgrade() -> None:
    with op.batch_alter_table("change_policies") as table:
        table.drop_constraint(op.f("ck_change_policies_move_fee"), type_="check")
        table.drop_column("move_fee")
    op.drop_index("uq_booking_fees_given_back", table_name="booking_fees")
    with op.batch_alter_table("booking_fees") as table:
        table.drop_constraint(op.f("ck_booking_fees_kind"), type_="check")
        table.create_check_constraint(op.f("ck_booking_fees_kind"), _one_of(*KINDS))
        table.create_unique_constraint(op.f("uq_booking_fees_seat_id_kind"), ["seat_id", "kind"])
    op.drop_table("booking_supplements")


def _one_of(*kinds: str) -> str:
    return "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))
