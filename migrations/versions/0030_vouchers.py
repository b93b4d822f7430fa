"""Voucher codes, the seats they were used for, and what they have taken off the price of a seat."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# A code may only be ended, a use only be given back, once.
ENDED = ("id", "code", "purpose", "percent", "amount", "most_uses", "most_per_organization", "audience", "from_on",
         "until_on", "returns_once_paid", "created_at", "created_by")  # fmt: skip
GIVEN_BACK = ("id", "voucher_id", "booking_id", "seat_id", "organization_id", "used_at")
KEPT = {"vouchers": ("ended_at", ENDED), "voucher_uses": ("given_back_at", GIVEN_BACK)}
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute(
        "ALTER TABLE seats ADD COLUMN discount BIGINT DEFAULT 0 NOT NULL "
        f"CONSTRAINT {op.f('ck_seats_discount')} CHECK (discount >= 0)"
    )
    op.create_table(
        "vouchers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("most_per_organization", sa.Integer(), nullable=True),
        sa.Column(
            "audience",
            sa.Enum("general", "member", name="audience", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("returns_once_paid", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name=op.f("ck_vouchers_one_of_two")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_vouchers_percent")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_vouchers_amount")),
        sa.CheckConstraint("most_uses > 0", name=op.f("ck_vouchers_most_uses")),
        sa.CheckConstraint("most_per_organization > 0", name=op.f("ck_vouchers_most_per_organization")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_vouchers_period")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_vouchers_ended")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouchers")),
        sa.UniqueConstraint("code", name=op.f("uq_vouchers_code")),
    )
    op.create_table(
        "voucher_courses",
        sa.Column("voucher_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_voucher_courses_voucher_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_voucher_courses_course_id")),
        sa.PrimaryKeyConstraint("voucher_id", "course_id", name=op.f("pk_voucher_courses")),
    )
    op.create_table(
        "voucher_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("voucher_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.Column("given_back_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_voucher_uses_voucher_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_voucher_uses_booking_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_voucher_uses_seat_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_voucher_uses_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_uses")),
    )
    where = sa.text("given_back_at IS NULL")
    op.create_index(
        "uq_voucher_uses_seat", "voucher_uses", ["seat_id"], unique=True, sqlite_where=where, postgresql_where=where
    )
    op.create_index(op.f("ix_voucher_uses_booking_id"), "voucher_uses", ["booking_id"])
    op.create_index(
        op.f("ix_voucher_uses_voucher_id_organization_id"), "voucher_uses", ["voucher_id", "organization_id"]
    )
    for table, (once, said) in KEPT.items():
        _keep(table, once, said)


def downgrade() -> None:
    """Codes and their uses are gone; what they have taken off stays taken off."""
    for table in ("voucher_uses", "voucher_courses", "vouchers"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_seats_discount"), "seats", type_="check")
    op.execute("ALTER TABLE seats DROP COLUMN discount")


def _keep(table: str, once: str, said: tuple[str, ...]) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    changed = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in said)
    when = f" WHEN (OLD.{once} IS NOT NULL OR {changed})"
    does = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END" if sqlite else "EXECUTE FUNCTION refuse_change()"
    each = "" if sqlite else " FOR EACH ROW"
    for deed, only in (("update", when), ("delete", "")):
        op.execute(f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table}{each}{only} {does}")
