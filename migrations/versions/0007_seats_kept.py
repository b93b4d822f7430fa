"""Seats kept for a purpose, and what the office allowed beyond the capacity of a run."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEPT = sa.text("released_at IS NULL")


def upgrade() -> None:
    _blocks()
    _overbookings()


def downgrade() -> None:
    op.drop_table("overbookings")
    op.drop_table("seat_blocks")


def _blocks() -> None:
    op.create_table(
        "seat_blocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_by", sa.String(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.CheckConstraint("seats > 0", name=op.f("ck_seat_blocks_seats")),
        sa.CheckConstraint("purpose <> ''", name=op.f("ck_seat_blocks_purpose")),
        sa.CheckConstraint("until_at IS NULL OR until_at > blocked_at", name=op.f("ck_seat_blocks_until")),
        sa.CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_seat_blocks_released")),
        sa.ForeignKeyConstraint(["run_id"], ["course_runs.id"], name=op.f("fk_seat_blocks_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_blocks")),
        sa.UniqueConstraint("reference", name=op.f("uq_seat_blocks_reference")),
    )
    op.create_index(op.f("ix_seat_blocks_run_id"), "seat_blocks", ["run_id"], unique=False)
    op.create_index("ix_seat_blocks_kept", "seat_blocks", ["run_id"], sqlite_where=KEPT, postgresql_where=KEPT)


def _overbookings() -> None:
    op.create_table(
        "overbookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("allowed_by", sa.String(), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("seats > 0", name=op.f("ck_overbookings_seats")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_overbookings_reason")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_overbookings_booking_id")),
        sa.ForeignKeyConstraint(["run_id"], ["course_runs.id"], name=op.f("fk_overbookings_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overbookings")),
    )
    op.create_index(op.f("ix_overbookings_run_id"), "overbookings", ["run_id"], unique=False)
