"""Lists of attendees from spreadsheets, which can be left and found again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendee_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("created_by_person_id", sa.Integer(), nullable=False),
        sa.Column("form_token", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("booking_id IS NULL OR ended_at IS NOT NULL", name=op.f("ck_attendee_drafts_ended")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_attendee_drafts_booking_id")),
        sa.ForeignKeyConstraint(
            ["created_by_person_id"], ["persons.id"], name=op.f("fk_attendee_drafts_created_by_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_attendee_drafts_organization_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["course_runs.id"], name=op.f("fk_attendee_drafts_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendee_drafts")),
        sa.UniqueConstraint("reference", name=op.f("uq_attendee_drafts_reference")),
        sa.UniqueConstraint(
            "organization_id", "form_token", "digest", name=op.f("uq_attendee_drafts_organization_id_form_token_digest")
        ),
    )
    op.create_index(op.f("ix_attendee_drafts_updated_at"), "attendee_drafts", ["updated_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_attendee_drafts_updated_at"), table_name="attendee_drafts")
    op.drop_table("attendee_drafts")
