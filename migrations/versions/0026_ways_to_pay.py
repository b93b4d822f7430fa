"""Ways to pay are rows with days and limits; what was promised at a convenience store or by transfer is waited for."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0021"
branch_labels = None
depends_on = None

METHODS = ("bank_transfer", "stripe", "konbini", "virtual_account", "on_account", "none")
STATES = ("intended", "open", "complete", "expired", "failed")
MORE_STATES = ("intended", "open", "promised", "complete", "expired", "failed")


def upgrade() -> None:
    _ways()
    _customers()
    with op.batch_alter_table("checkouts") as table:
        table.add_column(sa.Column("method", sa.String(length=32), nullable=False, server_default="stripe"))
        table.add_column(sa.Column("days", sa.Integer(), nullable=True))
        table.add_column(sa.Column("payment_intent", sa.String(), nullable=True))
        table.add_column(sa.Column("pay_until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("instructions_url", sa.Text(), nullable=True))
        table.add_column(sa.Column("brought", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("checkouts") as table:
        table.alter_column("method", existing_type=sa.String(length=32), server_default=None)
        table.alter_column("brought", existing_type=sa.BigInteger(), server_default=None)
        table.create_check_constraint(op.f("ck_checkouts_method"), _one_of("method", *METHODS))
        table.create_check_constraint(op.f("ck_checkouts_brought"), "brought >= 0")
        table.create_index(op.f("ix_checkouts_payment_intent"), ["payment_intent"], unique=False)
    _states(*MORE_STATES)


def downgrade() -> None:
    op.execute("UPDATE checkouts SET status = 'open' WHERE status = 'promised'")
    _states(*STATES)
    with op.batch_alter_table("checkouts") as table:
        table.drop_index(op.f("ix_checkouts_payment_intent"))
        table.drop_constraint(op.f("ck_checkouts_method"), type_="check")
        table.drop_constraint(op.f("ck_checkouts_brought"), type_="check")
        for column in ("brought", "instructions_url", "pay_until", "payment_intent", "days", "method"):
            table.drop_column(column)
    op.drop_table("stripe_customers")
    op.drop_table("payment_ways")


def _ways() -> None:
    op.create_table(
        "payment_ways",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("least", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("page_minutes", sa.Integer(), nullable=True),
        sa.Column("pay_days", sa.Integer(), nullable=True),
        sa.Column("grace_days", sa.Integer(), nullable=True),
        sa.Column("due_days_before", sa.Integer(), nullable=False),
        sa.Column("wait_days_before", sa.Integer(), nullable=False),
        sa.Column("last_days_before", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by_person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(_one_of("method", *METHODS), name=op.f("ck_payment_ways_method")),
        sa.CheckConstraint("least >= 1 AND (most IS NULL OR most >= least)", name=op.f("ck_payment_ways_limits")),
        sa.CheckConstraint("page_minutes IS NULL OR page_minutes BETWEEN 30 AND 1440", name=op.f("ck_payment_ways_page_minutes")),
        sa.CheckConstraint("pay_days IS NULL OR pay_days BETWEEN 1 AND 60", name=op.f("ck_payment_ways_pay_days")),
        sa.CheckConstraint("grace_days IS NULL OR grace_days >= 0", name=op.f("ck_payment_ways_grace_days")),
        sa.CheckConstraint("due_days_before >= 0 AND wait_days_before >= 0 AND last_days_before >= 0", name=op.f("ck_payment_ways_days_before")),
        sa.ForeignKeyConstraint(["set_by_person_id"], ["persons.id"], name=op.f("fk_payment_ways_set_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_ways")),
    )
    op.create_index(op.f("ix_payment_ways_method_from_on"), "payment_ways", ["method", "from_on"], unique=False)


def _customers() -> None:
    op.create_table(
        "stripe_customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_stripe_customers_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_customers")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_stripe_customers_organization_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_stripe_customers_idempotency_key")),
        sa.UniqueConstraint("external_id", name=op.f("uq_stripe_customers_external_id")),
    )


def _states(*states: str) -> None:
    with op.batch_alter_table("checkouts") as table:
        table.drop_constraint(op.f("ck_checkouts_status"), type_="check")
        table.create_check_constraint(op.f("ck_checkouts_status"), _one_of("status", *states))


def _one_of(column: str, *values: str) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))
