"""Statements of our bank: layouts, files, lines, what is to be done with each, the names payers pay by, fees we bear."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

APPEND_ONLY = ("bank_files", "bank_lines")


def upgrade() -> None:
    _layouts()
    _files()
    _lines()
    _drafts()
    _names()
    for table in APPEND_ONLY:
        for deed in ("update", "delete"):
            _trigger(table, deed)


def downgrade() -> None:
    for table in APPEND_ONLY:
        for deed in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{deed}" + ("" if _sqlite() else f" ON {table}"))
    for table in ("payer_names", "bank_drafts", "bank_lines", "bank_files", "fee_allowances", "bank_layouts"):
        op.drop_table(table)


def _layouts() -> None:
    op.create_table(
        "bank_layouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(length=32), nullable=False),
        sa.Column("header_rows", sa.Integer(), nullable=False),
        sa.Column("footer_rows", sa.Integer(), nullable=False),
        sa.Column("day_column", sa.Integer(), nullable=False),
        sa.Column("amount_column", sa.Integer(), nullable=False),
        sa.Column("payer_column", sa.Integer(), nullable=False),
        sa.Column("memo_column", sa.Integer(), nullable=True),
        sa.Column("balance_column", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("encoding IN ('cp932', 'utf-8')", name=op.f("ck_bank_layouts_encoding")),
        sa.CheckConstraint("header_rows >= 0 AND footer_rows >= 0", name=op.f("ck_bank_layouts_rows")),
        sa.CheckConstraint("day_column > 0 AND amount_column > 0 AND payer_column > 0", name=op.f("ck_bank_layouts_columns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_layouts")),
        sa.UniqueConstraint("name", name=op.f("uq_bank_layouts_name")),
        sa.UniqueConstraint("reference", name=op.f("uq_bank_layouts_reference")),
    )
    op.create_table(
        "fee_allowances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("usual", sa.JSON(), nullable=False),
        sa.Column("tolerance", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("tolerance >= 0", name=op.f("ck_fee_allowances_tolerance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_allowances")),
        sa.UniqueConstraint("from_on", name=op.f("uq_fee_allowances_from_on")),
    )


def _files() -> None:
    op.create_table(
        "bank_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("read_as", sa.String(), nullable=False),
        sa.Column("layout_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("withdrawals", sa.Integer(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_in_by_person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["layout_id"], ["bank_layouts.id"], name=op.f("fk_bank_files_layout_id")),
        sa.ForeignKeyConstraint(["document_id"], ["stored_documents.id"], name=op.f("fk_bank_files_document_id")),
        sa.ForeignKeyConstraint(["taken_in_by_person_id"], ["persons.id"], name=op.f("fk_bank_files_taken_in_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_files")),
        sa.UniqueConstraint("reference", name=op.f("uq_bank_files_reference")),
        sa.UniqueConstraint("sha256", "read_as", name=op.f("uq_bank_files_sha256_read_as")),
    )


def _lines() -> None:
    op.create_table(
        "bank_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=True),
        sa.Column("reverses", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_bank_lines_amount")),
        sa.CheckConstraint("ordinal > 0", name=op.f("ck_bank_lines_ordinal")),
        sa.ForeignKeyConstraint(["file_id"], ["bank_files.id"], name=op.f("fk_bank_lines_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_lines")),
        sa.UniqueConstraint("reference", name=op.f("uq_bank_lines_reference")),
        sa.UniqueConstraint("fingerprint", "ordinal", name=op.f("uq_bank_lines_fingerprint_ordinal")),
    )
    for column in ("came_on", "file_id"):
        op.create_index(op.f(f"ix_bank_lines_{column}"), "bank_lines", [column], unique=False)


def _drafts() -> None:
    op.create_table(
        "bank_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("certainty", sa.String(length=32), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_person_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'posted', 'set_aside')", name=op.f("ck_bank_drafts_status")),
        sa.CheckConstraint("certainty IN ('sure', 'likely', 'unclear', 'none', 'chosen')", name=op.f("ck_bank_drafts_certainty")),
        sa.CheckConstraint("(status = 'posted') = (payment_id IS NOT NULL)", name=op.f("ck_bank_drafts_payment")),
        sa.CheckConstraint("status <> 'posted' OR organization_id IS NOT NULL", name=op.f("ck_bank_drafts_organization")),
        sa.CheckConstraint("fee >= 0", name=op.f("ck_bank_drafts_fee")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_lines.id"], name=op.f("fk_bank_drafts_line_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_bank_drafts_organization_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_bank_drafts_payment_id")),
        sa.ForeignKeyConstraint(["changed_by_person_id"], ["persons.id"], name=op.f("fk_bank_drafts_changed_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_drafts")),
        sa.UniqueConstraint("line_id", name=op.f("uq_bank_drafts_line_id")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_bank_drafts_payment_id")),
    )
    for column in ("organization_id", "status"):
        op.create_index(op.f(f"ix_bank_drafts_{column}"), "bank_drafts", [column], unique=False)


def _names() -> None:
    op.create_table(
        "payer_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("written", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learned_by_person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_payer_names_organization_id")),
        sa.ForeignKeyConstraint(["learned_by_person_id"], ["persons.id"], name=op.f("fk_payer_names_learned_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_names")),
        sa.UniqueConstraint("folded", "organization_id", name=op.f("uq_payer_names_folded_organization_id")),
    )
    op.create_index(op.f("ix_payer_names_organization_id"), "payer_names", ["organization_id"], unique=False)


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _trigger(table: str, deed: str) -> None:
    if _sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
