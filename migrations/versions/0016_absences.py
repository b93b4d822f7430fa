"""What is kept of the price of somebody who does not come, what goes back; a refund promised by mistake is withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOVES = ("hold", "order", "confirm", "lapse", "cancel", "reseat", "substitute", "name", "move")
STANDING = sa.text("taken_back_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "seat_absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("refund", sa.BigInteger(), nullable=False),
        sa.Column("paid_back", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kept >= 0 AND refund >= 0", name=op.f("ck_seat_absences_amounts")),
        sa.CheckConstraint("paid_back BETWEEN 0 AND refund", name=op.f("ck_seat_absences_paid_back")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_seat_absences_booking_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_seat_absences_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_absences")),
    )
    for column in ("booking_id", "seat_id"):
        op.create_index(op.f(f"ix_seat_absences_{column}"), "seat_absences", [column], unique=False)
    op.create_index("uq_seat_absences_standing", "seat_absences", ["seat_id"], unique=True, sqlite_where=STANDING, postgresql_where=STANDING)
    _moves(*MOVES, "miss", "attend")
    _refunds("due", "sent", "withdrawn")


def downgrade() -> None:
    _refunds("due", "sent")
    _moves(*MOVES)
    op.drop_table("seat_absences")


def _refunds(*states: str) -> None:
    with op.batch_alter_table("refunds") as table:
        table.drop_constraint(op.f("ck_refunds_status"), type_="check")
        table.create_check_constraint(op.f("ck_refunds_status"), _one_of("status", *states))


def _moves(*moves: str) -> None:
    with op.batch_alter_table("seat_events") as table:
        table.drop_constraint(op.f("ck_seat_events_move"), type_="check")
        table.create_check_constraint(op.f("ck_seat_events_move"), _one_of("move", *moves))
    _triggers()


def _one_of(column: str, *values: str) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


def _triggers() -> None:
    """SQLite writes the table anew and loses them."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for deed in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER seat_events_no_{deed} BEFORE {deed.upper()} ON seat_events "
            "BEGIN SELECT RAISE(ABORT, 'seat_events is append-only'); END"
        )
