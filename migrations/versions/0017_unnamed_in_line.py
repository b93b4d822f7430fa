"""Who waits may be named later, where the course allows that."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAMED = "CONSTRAINT ck_waiting_attendees_named CHECK ((person_id IS NULL) = (family_name = ''))"
BEFORE = r"(CONSTRAINT uq_waiting_attendees_party_id_position UNIQUE)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _reword(r"person_id INTEGER NOT NULL", "person_id INTEGER")
        _reword(BEFORE, rf"{NAMED}, \1")
    else:
        op.alter_column("waiting_attendees", "person_id", existing_type=sa.Integer(), nullable=True)
        op.execute(f"ALTER TABLE waiting_attendees ADD {NAMED}")


def downgrade() -> None:
    """Only where everybody who waits has a name."""
    if op.get_bind().dialect.name == "sqlite":
        _reword(re.escape(f"{NAMED}, "), "")
        _reword(r"person_id INTEGER", "person_id INTEGER NOT NULL")
    else:
        op.drop_constraint(op.f("ck_waiting_attendees_named"), "waiting_attendees", type_="check")
        op.alter_column("waiting_attendees", "person_id", existing_type=sa.Integer(), nullable=False)


def _reword(old: str, new: str) -> None:
    """Change what SQLite has written down of the table, without copying it; see 0008."""
    bind = op.get_bind()
    table = {"t": "waiting_attendees"}
    written = bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :t"), table).scalar_one()
    reworded, count = re.subn(old, new, written)
    if count != 1:
        raise RuntimeError(f"waiting_attendees is not written as expected: {old} stands in it {count} times")
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    bind.execute(sa.text("UPDATE sqlite_master SET sql = :s WHERE type = 'table' AND name = :t"), {"s": reworded, **table})
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
