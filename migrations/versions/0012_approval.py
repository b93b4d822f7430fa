"""An order of some courses is a request first: the office approves or declines it within the days its course says."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATES = ("held", "ordered", "paid", "expired", "cancelled", "paid_no_seat", "refunded")
ORDERED = "status = 'held' OR status = 'expired' OR ordered_at IS NOT NULL OR closed_at IS NOT NULL"
ASKED_OR_ORDERED = ORDERED.replace("ordered_at", "requested_at IS NOT NULL OR ordered_at", 1)
REQUESTED = "status <> 'requested' OR answer_by_on IS NOT NULL AND ordered_at IS NULL"
NAMED = f"CONSTRAINT ck_bookings_requested CHECK ({REQUESTED}), "


def upgrade() -> None:
    for column in (
        "needs_approval BOOLEAN DEFAULT false NOT NULL",
        "approval_business_days INTEGER DEFAULT 2 NOT NULL "
        "CONSTRAINT ck_courses_answer_days CHECK (approval_business_days > 0)",
    ):
        op.execute(f"ALTER TABLE courses ADD COLUMN {column}")
    op.add_column("bookings", sa.Column("needs_approval", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("bookings", sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("answer_by_on", sa.Date(), nullable=True))
    op.add_column("bookings", sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _reword("bookings", r"status IN \('held', ", "status IN ('held', 'requested', ")
        _reword("bookings", re.escape(ORDERED), ASKED_OR_ORDERED)
        _reword("bookings", r"(CONSTRAINT ck_bookings_total CHECK)", rf"{NAMED}\1")
    else:
        _check("status", _one_of("held", "requested", *STATES[1:]))
        _check("ordered", ASKED_OR_ORDERED)
        op.create_check_constraint(op.f("ck_bookings_requested"), "bookings", REQUESTED)


def downgrade() -> None:
    """Only where no request waits for its answer."""
    if op.get_bind().dialect.name == "sqlite":
        _reword("bookings", re.escape(NAMED), "")
        _reword("bookings", re.escape(ASKED_OR_ORDERED), ORDERED)
        _reword("bookings", r"status IN \('held', 'requested', ", "status IN ('held', ")
    else:
        op.drop_constraint(op.f("ck_bookings_requested"), "bookings", type_="check")
        _check("ordered", ORDERED)
        _check("status", _one_of(*STATES))
    for column in ("declined_at", "answer_by_on", "requested_at", "needs_approval"):
        op.execute(f"ALTER TABLE bookings DROP COLUMN {column}")
    for column in ("approval_business_days", "needs_approval"):
        op.execute(f"ALTER TABLE courses DROP COLUMN {column}")


def _one_of(*states: str) -> str:
    return "status IN ({})".format(", ".join(f"'{state}'" for state in states))


def _check(name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_bookings_{name}"), "bookings", type_="check")
    op.create_check_constraint(op.f(f"ck_bookings_{name}"), "bookings", condition)


def _reword(table: str, old: str, new: str) -> None:
    """Change what SQLite has written down of a table, without copying it: rows elsewhere refer to it, triggers stand on it.

    Its manual names this way for NOT NULL and CHECK, which say nothing of how rows are stored (sqlite.org/lang_altertable,
    "Making other kinds of table schema changes").
    """
    bind = op.get_bind()
    written = bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :t"), {"t": table}).scalar_one()
    reworded, count = re.subn(old, new, written)
    if count != 1:
        raise RuntimeError(f"{table} is not written as expected: {old} stands in it {count} times")
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    bind.execute(sa.text("UPDATE sqlite_master SET sql = :s WHERE type = 'table' AND name = :t"), {"s": reworded, "t": table})
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
