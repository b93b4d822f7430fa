"""Seats are kept for a list of attendees while it is mended."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Written out, because SQLite adds a column with its constraint only like this; PostgreSQL reads the same.
    op.execute(
        "ALTER TABLE attendee_drafts ADD COLUMN hold_id INTEGER "
        "CONSTRAINT fk_attendee_drafts_hold_id REFERENCES bookings (id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE attendee_drafts DROP COLUMN hold_id")
