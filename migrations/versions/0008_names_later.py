"""Seats may be booked before anybody is named for them; until when, and what happens then, is a rule of the course."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNNAMED = sa.text("person_id IS NULL AND status IN ('held', 'ordered', 'confirmed')")
MOVES = ("hold", "order", "confirm", "lapse", "cancel", "reseat", "substitute")
NAMED = "CONSTRAINT ck_seats_named CHECK ((person_id IS NULL) = (family_name = ''))"
TICKET = "CONSTRAINT ck_seats_ticket CHECK (person_id IS NOT NULL OR ticket_document_id IS NULL)"


def upgrade() -> None:
    _rules_of_courses()
    if op.get_bind().dialect.name == "sqlite":
        _reword("seats", r"person_id INTEGER NOT NULL", "person_id INTEGER")
        _reword("seats", r"(CONSTRAINT ck_seats_price CHECK)", rf"{NAMED}, {TICKET}, \1")
        _reword("seat_events", r"(move IN \([^)]*)\)", r"\1, 'name')")
    else:
        op.alter_column("seats", "person_id", existing_type=sa.Integer(), nullable=True)
        op.execute(f"ALTER TABLE seats ADD {NAMED}")
        op.execute(f"ALTER TABLE seats ADD {TICKET}")
        _moves((*MOVES, "name"))
    op.create_index(
        "ix_seats_unnamed", "seats", ["booking_id"], unique=False, sqlite_where=UNNAMED, postgresql_where=UNNAMED
    )


def downgrade() -> None:
    """Only where every seat has a name."""
    op.drop_index("ix_seats_unnamed", table_name="seats")
    if op.get_bind().dialect.name == "sqlite":
        _reword("seat_events", r", 'name'\)", ")")
        _reword("seats", re.escape(f"{NAMED}, {TICKET}, "), "")
        _reword("seats", r"person_id INTEGER", "person_id INTEGER NOT NULL")
    else:
        _moves(MOVES)
        op.drop_constraint(op.f("ck_seats_ticket"), "seats", type_="check")
        op.drop_constraint(op.f("ck_seats_named"), "seats", type_="check")
        op.alter_column("seats", "person_id", existing_type=sa.Integer(), nullable=False)
    for column in ("unnamed_seats", "naming_reminder_days", "naming_day_kind", "naming_days_before"):
        op.execute(f"ALTER TABLE courses DROP COLUMN {column}")


def _rules_of_courses() -> None:
    """Written out, because SQLite adds a column with its constraints only like this; PostgreSQL reads the same."""
    for column in (
        "naming_days_before INTEGER DEFAULT 0 NOT NULL",
        "naming_day_kind VARCHAR(32) DEFAULT 'business' NOT NULL "
        "CONSTRAINT ck_courses_naming_day_kind CHECK (naming_day_kind IN ('calendar', 'business'))",
        "naming_reminder_days INTEGER DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_courses_naming CHECK (naming_days_before >= 0 AND naming_reminder_days >= 0)",
        "unnamed_seats VARCHAR(32) DEFAULT 'given_up' NOT NULL "
        "CONSTRAINT ck_courses_unnamed_seats CHECK (unnamed_seats IN ('given_up', 'kept'))",
    ):
        op.execute(f"ALTER TABLE courses ADD COLUMN {column}")


def _moves(allowed: tuple[str, ...]) -> None:
    words = ", ".join(f"'{move}'" for move in allowed)
    op.drop_constraint(op.f("ck_seat_events_move"), "seat_events", type_="check")
    op.create_check_constraint(op.f("ck_seat_events_move"), "seat_events", f"move IN ({words})")


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
