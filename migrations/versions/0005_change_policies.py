"""What changing a seat costs: rules by date, and the fees that were kept; a seat may be taken over by somebody else."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HOUSE = sa.text("course_id IS NULL")
MOVES = ("hold", "order", "confirm", "lapse", "cancel", "reseat")


def upgrade() -> None:
    _policies()
    _fees()
    _moves((*MOVES, "substitute"))


def downgrade() -> None:
    _moves(MOVES)
    op.drop_table("booking_fees")
    op.drop_table("change_policy_steps")
    op.drop_table("change_policies")


def _policies() -> None:
    op.create_table(
        "change_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("day_kind", sa.Enum("calendar", "business", name="day_kind", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("handling_fee", sa.BigInteger(), nullable=False),
        sa.Column("no_show_percent", sa.Integer(), nullable=False),
        sa.Column("substitution_until_days", sa.Integer(), nullable=False),
        sa.Column("move_until_days", sa.Integer(), nullable=False),
        sa.Column("moves_allowed", sa.Integer(), nullable=False),
        sa.CheckConstraint("handling_fee >= 0", name=op.f("ck_change_policies_handling_fee")),
        sa.CheckConstraint("no_show_percent BETWEEN 0 AND 100", name=op.f("ck_change_policies_no_show_percent")),
        sa.CheckConstraint("substitution_until_days >= 0 AND move_until_days >= 0 AND moves_allowed >= 0", name=op.f("ck_change_policies_deadlines")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_change_policies_period")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_change_policies_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_policies")),
        sa.UniqueConstraint("course_id", "from_on", name=op.f("uq_change_policies_course_id_from_on")),
    )
    op.create_index("uq_change_policies_house", "change_policies", ["from_on"], unique=True, sqlite_where=HOUSE, postgresql_where=HOUSE)
    op.create_table(
        "change_policy_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name=op.f("ck_change_policy_steps_one_kind")),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_change_policy_steps_amount")),
        sa.CheckConstraint("days_before >= 0", name=op.f("ck_change_policy_steps_days_before")),
        sa.CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name=op.f("ck_change_policy_steps_percent")),
        sa.ForeignKeyConstraint(["policy_id"], ["change_policies.id"], name=op.f("fk_change_policy_steps_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_policy_steps")),
        sa.UniqueConstraint("policy_id", "days_before", name=op.f("uq_change_policy_steps_policy_id_days_before")),
    )


def _fees() -> None:
    op.create_table(
        "booking_fees",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("cancellation", "handling", name="kind", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_category", sa.Enum("taxable_10", "exempt", "out_of_scope", name="tax_category", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waived_by", sa.String(), nullable=True),
        sa.Column("waived_reason", sa.String(), nullable=False),
        sa.CheckConstraint("(waived_by IS NULL) = (waived_reason = '')", name=op.f("ck_booking_fees_waived")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_booking_fees_amount")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_fees_booking_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_booking_fees_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_fees")),
        sa.UniqueConstraint("seat_id", "kind", name=op.f("uq_booking_fees_seat_id_kind")),
    )
    op.create_index(op.f("ix_booking_fees_booking_id"), "booking_fees", ["booking_id"], unique=False)


def _moves(allowed: tuple[str, ...]) -> None:
    """The moves a seat's history may tell. SQLite copies the table, which loses the triggers: they are made again."""
    words = ", ".join(f"'{move}'" for move in allowed)
    with op.batch_alter_table("seat_events") as table:
        table.drop_constraint(op.f("ck_seat_events_move"), type_="check")
        table.create_check_constraint(op.f("ck_seat_events_move"), f"move IN ({words})")
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER seat_events_no_{deed} BEFORE {deed.upper()} ON seat_events "
                "BEGIN SELECT RAISE(ABORT, 'seat_events is append-only'); END"
            )
