"""Services that organizations ask for, their requests with wishes and words, and quotes; courses held on request only."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATES = (
    "requested", "asked", "quoted", "accepted", "planned", "closed", "declined", "expired", "withdrawn", "called_off",
)  # fmt: skip


def _choice(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column("courses", sa.Column("on_request", sa.Boolean(), server_default=sa.false(), nullable=False))
    _services()
    _dispatches()
    _beside()
    _quotes()


def downgrade() -> None:
    for name in (
        "quote_meetings", "quote_lines", "quotes", "dispatch_notes", "dispatch_wishes", "dispatches", "services",
    ):  # fmt: skip
        op.drop_table(name)
    op.drop_column("courses", "on_request")


def _services() -> None:
    op.create_table(
        "services",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("name_ja", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("summary_ja", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("description_ja", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("fee_guide_ja", sa.Text(), nullable=False),
        sa.Column("fee_guide_en", sa.Text(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("least_minutes", sa.Integer(), nullable=False),
        sa.Column("most_minutes", sa.Integer(), nullable=False),
        sa.Column("most_heads", sa.Integer(), nullable=False),
        sa.Column("at_premises", sa.Boolean(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("quote_valid_days", sa.Integer(), nullable=False),
        sa.Column("payment_due_business_days", sa.Integer(), nullable=False),
        sa.Column("payment_grace_business_days", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("least_minutes > 0 AND most_minutes >= least_minutes", name=op.f("ck_services_minutes")),
        sa.CheckConstraint("most_heads > 0", name=op.f("ck_services_most_heads")),
        sa.CheckConstraint(
            "notice_days >= 0 AND quote_valid_days > 0 AND payment_due_business_days >= 0 "
            "AND payment_grace_business_days >= 0",
            name=op.f("ck_services_deadlines"),
        ),
        sa.CheckConstraint("at_premises OR online", name=op.f("ck_services_place")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_services_period")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_services_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("code", name=op.f("uq_services_code")),
    )


def _dispatches() -> None:
    op.create_table(
        "dispatches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_person_id", sa.Integer(), nullable=False),
        sa.Column("form_token", sa.String(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("place", _choice("place", "premises", "online"), nullable=False),
        sa.Column("place_name", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("prefecture_code", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("mail_language", sa.String(), nullable=False),
        sa.Column("state", _choice("state", *STATES), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("heads > 0", name=op.f("ck_dispatches_heads")),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'planned', 'closed') OR (run_id IS NOT NULL AND invoice_id IS NOT NULL)",
            name=op.f("ck_dispatches_agreed"),
        ),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_dispatches_organization_id")),
        sa.ForeignKeyConstraint(["asked_by_person_id"], ["persons.id"], name=op.f("fk_dispatches_asked_by_person_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_dispatches_service_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_dispatches_course_id")),
        sa.ForeignKeyConstraint(["prefecture_code"], ["prefectures.code"], name=op.f("fk_dispatches_prefecture_code")),
        sa.ForeignKeyConstraint(["run_id"], ["course_runs.id"], name=op.f("fk_dispatches_run_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_dispatches_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
        sa.UniqueConstraint("reference", name=op.f("uq_dispatches_reference")),
        sa.UniqueConstraint("organization_id", "form_token", name=op.f("uq_dispatches_organization_id_form_token")),
        sa.UniqueConstraint("run_id", name=op.f("uq_dispatches_run_id")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_dispatches_invoice_id")),
    )
    op.create_index(op.f("ix_dispatches_service_id"), "dispatches", ["service_id"])
    op.create_index(op.f("ix_dispatches_state_id"), "dispatches", ["state", "id"])


def _beside() -> None:
    op.create_table(
        "dispatch_wishes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("wished_on", sa.Date(), nullable=False),
        sa.Column(
            "wished_time", _choice("wished_time", "morning", "afternoon", "evening", "whole_day", "any"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatches.id"], name=op.f("fk_dispatch_wishes_dispatch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_wishes")),
        sa.UniqueConstraint("dispatch_id", "position", name=op.f("uq_dispatch_wishes_dispatch_id_position")),
    )  # fmt: skip
    op.create_table(
        "dispatch_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.Column("actor_label", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatches.id"], name=op.f("fk_dispatch_notes_dispatch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_notes")),
    )
    op.create_index(op.f("ix_dispatch_notes_dispatch_id"), "dispatch_notes", ["dispatch_id"])


def _quotes() -> None:
    op.create_table(
        "quotes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("instructor_person_id", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("total >= 0", name=op.f("ck_quotes_total")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_quotes_capacity")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatches.id"], name=op.f("fk_quotes_dispatch_id")),
        sa.ForeignKeyConstraint(["instructor_person_id"], ["persons.id"], name=op.f("fk_quotes_instructor_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
        sa.UniqueConstraint("dispatch_id", "number", name=op.f("uq_quotes_dispatch_id_number")),
    )
    op.create_table(
        "quote_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_category", _choice("tax_category", "taxable_10", "exempt", "out_of_scope"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_quote_lines_quantity")),
        sa.CheckConstraint("unit_amount >= 0", name=op.f("ck_quote_lines_unit_amount")),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name=op.f("fk_quote_lines_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_lines")),
        sa.UniqueConstraint("quote_id", "position", name=op.f("uq_quote_lines_quote_id_position")),
    )
    op.create_table(
        "quote_meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_quote_meetings_order")),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name=op.f("fk_quote_meetings_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_meetings")),
    )
    op.create_index(op.f("ix_quote_meetings_quote_id"), "quote_meetings", ["quote_id"])
