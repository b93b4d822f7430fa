"""A payment is an organization's and may settle several invoices, in part or with a rest; refunds name their payment."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

METHODS = ("bank_transfer", "stripe", "none")
MORE_METHODS = ("bank_transfer", "stripe", "konbini", "virtual_account", "on_account", "none")
PROVIDERS = ("bank_transfer", "stripe")
ACCOUNTS = ("receivable", "cash", "stripe_balance", "revenue", "refunds_payable")
MORE_ACCOUNTS = (*ACCOUNTS, "customer_credit", "bank_fees", "write_offs")
REFUNDS, MORE_REFUNDS = ("due", "sent", "withdrawn"), ("due", "asked", "pending", "sent", "failed", "withdrawn")
# What was booked for one payment: its money is no longer one invoice's.
OF_PAYMENT = "(SELECT t.id FROM ledger_transactions t WHERE t.kind = 'payment') AND account IN ('cash', 'stripe_balance')"
PAYMENT_KEY = "'payment:' || p.provider || ':' || p.external_id || ':' || i.reference"


def upgrade() -> None:
    _asleep("ledger_transactions", "ledger_entries")
    _allowed("invoices", "method", METHODS, MORE_METHODS)
    _allowed("bookings", "payment_method", METHODS, MORE_METHODS)
    _allocations()
    _payments()
    _refunds()
    _ledger()
    _awake("ledger_transactions", "ledger_entries", "allocations", "payments")


def downgrade() -> None:
    """Only where each payment settles one invoice, whole, and nothing is settled without money."""
    _asleep("ledger_transactions", "ledger_entries", "allocations", "payments")
    _ledger_back()
    _refunds_back()
    _payments_back()
    op.drop_table("allocations")
    _allowed("bookings", "payment_method", MORE_METHODS, METHODS)
    _allowed("invoices", "method", MORE_METHODS, METHODS)
    _awake("ledger_transactions", "ledger_entries")


def _allocations() -> None:
    op.create_table(
        "allocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(_one_of("source", "payment", "bank_fee", "write_off", "credit_note"), name=op.f("ck_allocations_source")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_allocations_amount")),
        sa.CheckConstraint("(source = 'payment') = (payment_id IS NOT NULL)", name=op.f("ck_allocations_payment")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_allocations_invoice_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_allocations_payment_id")),
        sa.ForeignKeyConstraint(["by_person_id"], ["persons.id"], name=op.f("fk_allocations_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
        sa.UniqueConstraint("key", name=op.f("uq_allocations_key")),
    )
    for column in ("invoice_id", "payment_id"):
        op.create_index(op.f(f"ix_allocations_{column}"), "allocations", [column], unique=False)
    op.execute(
        "INSERT INTO allocations (key, invoice_id, payment_id, source, amount, at, by_person_id, reason) "
        f"SELECT {PAYMENT_KEY}, p.invoice_id, p.id, 'payment', p.amount, p.recorded_at, p.recorded_by_person_id, '' "
        "FROM payments p JOIN invoices i ON i.id = p.invoice_id ORDER BY p.id"
    )


def _payments() -> None:
    with op.batch_alter_table("payments") as table:
        table.add_column(sa.Column("organization_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("method", sa.String(length=32), nullable=True))
    op.execute(
        "UPDATE payments SET method = provider, "
        "organization_id = (SELECT i.organization_id FROM invoices i WHERE i.id = payments.invoice_id)"
    )
    with op.batch_alter_table("payments") as table:
        table.alter_column("organization_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("method", existing_type=sa.String(length=32), nullable=False)
        table.create_check_constraint(op.f("ck_payments_method"), _one_of("method", *MORE_METHODS))
        table.drop_constraint(op.f("ck_payments_provider"), type_="check")
        table.create_check_constraint(op.f("ck_payments_provider"), _one_of("provider", *PROVIDERS))
        table.create_foreign_key(op.f("fk_payments_organization_id"), "organizations", ["organization_id"], ["id"])
        table.drop_constraint(op.f("fk_payments_invoice_id"), type_="foreignkey")
        table.drop_index(op.f("ix_payments_invoice_id"))
        table.drop_column("invoice_id")
        table.create_index(op.f("ix_payments_organization_id"), ["organization_id"], unique=False)


def _payments_back() -> None:
    with op.batch_alter_table("payments") as table:
        table.add_column(sa.Column("invoice_id", sa.Integer(), nullable=True))
    op.execute("UPDATE payments SET invoice_id = (SELECT a.invoice_id FROM allocations a WHERE a.payment_id = payments.id)")
    with op.batch_alter_table("payments") as table:
        table.alter_column("invoice_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(op.f("fk_payments_invoice_id"), "invoices", ["invoice_id"], ["id"])
        table.create_index(op.f("ix_payments_invoice_id"), ["invoice_id"], unique=False)
        table.drop_index(op.f("ix_payments_organization_id"))
        table.drop_constraint(op.f("fk_payments_organization_id"), type_="foreignkey")
        table.drop_constraint(op.f("ck_payments_method"), type_="check")
        table.drop_constraint(op.f("ck_payments_provider"), type_="check")
        table.create_check_constraint(op.f("ck_payments_provider"), _one_of("provider", *METHODS))
        table.drop_column("method")
        table.drop_column("organization_id")


def _refunds() -> None:
    with op.batch_alter_table("refunds") as table:
        table.add_column(sa.Column("payment_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("provider", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("idempotency_key", sa.String(), nullable=True))
        table.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("failure", sa.String(), nullable=True))
    op.execute(
        "UPDATE refunds SET failure = '', "
        "payment_id = (SELECT MIN(a.payment_id) FROM allocations a WHERE a.invoice_id = refunds.invoice_id), "
        "provider = (SELECT p.provider FROM allocations a JOIN payments p ON p.id = a.payment_id "
        "WHERE a.invoice_id = refunds.invoice_id ORDER BY p.id LIMIT 1)"
    )
    with op.batch_alter_table("refunds") as table:
        table.alter_column("payment_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("provider", existing_type=sa.String(length=32), nullable=False)
        table.alter_column("failure", existing_type=sa.String(), nullable=False)
        table.alter_column("invoice_id", existing_type=sa.Integer(), nullable=True)
        table.drop_constraint(op.f("ck_refunds_status"), type_="check")
        table.create_check_constraint(op.f("ck_refunds_status"), _one_of("status", *MORE_REFUNDS))
        table.create_check_constraint(op.f("ck_refunds_provider"), _one_of("provider", *PROVIDERS))
        table.create_foreign_key(op.f("fk_refunds_payment_id"), "payments", ["payment_id"], ["id"])
        table.create_unique_constraint(op.f("uq_refunds_idempotency_key"), ["idempotency_key"])
        table.create_index(op.f("ix_refunds_payment_id"), ["payment_id"], unique=False)


def _refunds_back() -> None:
    with op.batch_alter_table("refunds") as table:
        table.drop_index(op.f("ix_refunds_payment_id"))
        table.drop_constraint(op.f("uq_refunds_idempotency_key"), type_="unique")
        table.drop_constraint(op.f("fk_refunds_payment_id"), type_="foreignkey")
        table.drop_constraint(op.f("ck_refunds_provider"), type_="check")
        table.drop_constraint(op.f("ck_refunds_status"), type_="check")
        table.create_check_constraint(op.f("ck_refunds_status"), _one_of("status", *REFUNDS))
        table.alter_column("invoice_id", existing_type=sa.Integer(), nullable=False)
        for column in ("failure", "next_try_at", "asked_at", "idempotency_key", "provider", "payment_id"):
            table.drop_column(column)


def _ledger() -> None:
    with op.batch_alter_table("ledger_entries") as table:
        table.add_column(sa.Column("invoice_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE ledger_entries SET invoice_id = "
        "(SELECT t.invoice_id FROM ledger_transactions t WHERE t.id = ledger_entries.transaction_id)"
    )
    op.execute(f"UPDATE ledger_entries SET invoice_id = NULL WHERE transaction_id IN {OF_PAYMENT}")
    with op.batch_alter_table("ledger_entries") as table:
        table.drop_constraint(op.f("ck_ledger_entries_account"), type_="check")
        table.create_check_constraint(op.f("ck_ledger_entries_account"), _one_of("account", *MORE_ACCOUNTS))
        table.create_foreign_key(op.f("fk_ledger_entries_invoice_id"), "invoices", ["invoice_id"], ["id"])
        table.create_index(op.f("ix_ledger_entries_invoice_id"), ["invoice_id"], unique=False)
    with op.batch_alter_table("ledger_transactions") as table:
        table.drop_index(op.f("ix_ledger_transactions_invoice_id"))
        table.drop_constraint(op.f("fk_ledger_transactions_invoice_id"), type_="foreignkey")
        table.drop_column("invoice_id")


def _ledger_back() -> None:
    with op.batch_alter_table("ledger_transactions") as table:
        table.add_column(sa.Column("invoice_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE ledger_transactions SET invoice_id = "
        "(SELECT MAX(e.invoice_id) FROM ledger_entries e WHERE e.transaction_id = ledger_transactions.id)"
    )
    with op.batch_alter_table("ledger_transactions") as table:
        table.alter_column("invoice_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(op.f("fk_ledger_transactions_invoice_id"), "invoices", ["invoice_id"], ["id"])
        table.create_index(op.f("ix_ledger_transactions_invoice_id"), ["invoice_id"], unique=False)
    with op.batch_alter_table("ledger_entries") as table:
        table.drop_index(op.f("ix_ledger_entries_invoice_id"))
        table.drop_constraint(op.f("fk_ledger_entries_invoice_id"), type_="foreignkey")
        table.drop_constraint(op.f("ck_ledger_entries_account"), type_="check")
        table.create_check_constraint(op.f("ck_ledger_entries_account"), _one_of("account", *ACCOUNTS))
        table.drop_column("invoice_id")


def _one_of(column: str, *values: str) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


def _allowed(table: str, column: str, old: tuple[str, ...], new: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _reword(table, re.escape(_one_of(column, *old)), _one_of(column, *new))
        return
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, _one_of(column, *new))


def _reword(table: str, old: str, new: str) -> None:
    """Change what SQLite has written down of a table, without copying it: rows elsewhere refer to it.

    Its manual names this way for CHECK, which says nothing of how rows are stored (sqlite.org/lang_altertable,
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


def _asleep(*tables: str) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in tables:
        for deed in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{deed}" + ("" if sqlite else f" ON {table}"))


def _awake(*tables: str) -> None:
    for table in tables:
        for deed in ("update", "delete"):
            _trigger(table, deed)


def _trigger(table: str, deed: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
