"""What became of rows that left a list before the others: seats of a booking, or places in a line."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(booking_id IS NULL) <> (party_id IS NULL)", name=op.f("ck_list_parts_one")),
        sa.CheckConstraint("people > 0", name=op.f("ck_list_parts_people")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["attendee_drafts.id"], name=op.f("fk_list_parts_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_list_parts_booking_id")),
        sa.ForeignKeyConstraint(["party_id"], ["waiting_parties.id"], name=op.f("fk_list_parts_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_parts")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_list_parts_booking_id")),
        sa.UniqueConstraint("party_id", name=op.f("uq_list_parts_party_id")),
    )
    op.create_index(op.f("ix_list_parts_draft_id"), "list_parts", ["draft_id"], unique=False)


def downgrade() -> None:
    op.drop_table("list_parts")
