"""Reminders of invoices: steps with their texts, what was sent once each, what was stopped."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KEPT = ("dunning_letters", "dunning_holds")


def upgrade() -> None:
    _steps()
    _letters()
    _holds()
    op.add_column("invoices", sa.Column("lapses", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE invoices SET lapses = true WHERE id IN (SELECT b.invoice_id FROM bookings b)")
    for table in KEPT:
        for deed in ("update", "delete"):
            _trigger(table, deed)


def downgrade() -> None:
    op.execute("ALTER TABLE invoices DROP COLUMN lapses")
    for table in ("dunning_holds", "dunning_letters", "dunning_steps"):
        op.drop_table(table)


def _steps() -> None:
    op.create_table(
        "dunning_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("subject_ja", sa.String(), nullable=False),
        sa.Column("body_ja", sa.Text(), nullable=False),
        sa.Column("subject_en", sa.String(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_steps")),
        sa.UniqueConstraint("code", name=op.f("uq_dunning_steps_code")),
    )


def _letters() -> None:
    op.create_table(
        "dunning_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_dunning_letters_invoice_id")),
        sa.ForeignKeyConstraint(["step_id"], ["dunning_steps.id"], name=op.f("fk_dunning_letters_step_id")),
        sa.ForeignKeyConstraint(["sent_by_person_id"], ["persons.id"], name=op.f("fk_dunning_letters_sent_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_letters")),
        sa.UniqueConstraint("invoice_id", "step_id", name=op.f("uq_dunning_letters_invoice_id_step_id")),
    )
    op.create_index(op.f("ix_dunning_letters_step_id"), "dunning_letters", ["step_id"], unique=False)


def _holds() -> None:
    op.create_table(
        "dunning_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_dunning_holds_invoice_id")),
        sa.ForeignKeyConstraint(["by_person_id"], ["persons.id"], name=op.f("fk_dunning_holds_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_holds")),
    )
    op.create_index(op.f("ix_dunning_holds_invoice_id"), "dunning_holds", ["invoice_id"], unique=False)


def _trigger(table: str, deed: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
