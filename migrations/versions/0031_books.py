"""The books: posting days, closes that nothing is entered behind, names of accounts, layouts of the journal file."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KINDS = ("asset", "liability", "revenue", "expense")
ENCODINGS = ("utf-8", "cp932")
DATES = ("2026/04/01", "2026-04-01", "20260401")
KEPT = ("ledger_closes", "ledger_close_sums")
CLOSED = "SELECT 1 FROM ledger_closes WHERE until_on >= NEW.booked_on"


def upgrade() -> None:
    _titles()
    _layouts()
    _closes()
    _posting_days()
    _courses_on_lines()
    _guards()


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER ledger_transactions_open" + ("" if sqlite else " ON ledger_transactions"))
    if not sqlite:
        op.execute("DROP FUNCTION refuse_closed()")
    op.drop_index(op.f("ix_ledger_transactions_booked_on"), table_name="ledger_transactions")
    op.execute("ALTER TABLE ledger_transactions DROP COLUMN booked_on")
    op.execute("ALTER TABLE invoice_lines DROP COLUMN about")
    for table in ("ledger_close_sums", "ledger_closes", "journal_layouts", "account_titles"):
        op.drop_table(table)


def _titles() -> None:
    op.create_table(
        "account_titles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_ja", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("tax_code", sa.String(), nullable=False),
        sa.CheckConstraint(_one_of("kind", *KINDS), name=op.f("ck_account_titles_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_titles")),
        sa.UniqueConstraint("key", name=op.f("uq_account_titles_key")),
    )


def _layouts() -> None:
    op.create_table(
        "journal_layouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(length=32), nullable=False),
        sa.Column("date_format", sa.String(length=32), nullable=False),
        sa.Column("with_header", sa.Boolean(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("tax_words", sa.JSON(), nullable=False),
        sa.CheckConstraint(_one_of("encoding", *ENCODINGS), name=op.f("ck_journal_layouts_encoding")),
        sa.CheckConstraint(_one_of("date_format", *DATES), name=op.f("ck_journal_layouts_date_format")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_layouts")),
        sa.UniqueConstraint("code", name=op.f("uq_journal_layouts_code")),
    )


def _closes() -> None:
    op.create_table(
        "ledger_closes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by_person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(_one_of("kind", "day", "month"), name=op.f("ck_ledger_closes_kind")),
        sa.ForeignKeyConstraint(["closed_by_person_id"], ["persons.id"], name=op.f("fk_ledger_closes_closed_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_closes")),
        sa.UniqueConstraint("until_on", name=op.f("uq_ledger_closes_until_on")),
    )
    op.create_table(
        "ledger_close_sums",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("close_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("debit >= 0 AND credit >= 0", name=op.f("ck_ledger_close_sums_amounts")),
        sa.ForeignKeyConstraint(["close_id"], ["ledger_closes.id"], name=op.f("fk_ledger_close_sums_close_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_close_sums")),
        sa.UniqueConstraint("close_id", "account", name=op.f("uq_ledger_close_sums_close_id_account")),
    )


def _posting_days() -> None:
    """What was entered before: money under the day it came or left, all else under the day it was written down."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _drop("ledger_transactions", "update")
    op.add_column("ledger_transactions", sa.Column("booked_on", sa.Date(), nullable=True))
    written = "date(at, '+9 hours')" if sqlite else "(at AT TIME ZONE 'Asia/Tokyo')::date"
    came = "SELECT p.received_on FROM payments p WHERE 'payment:' || p.provider || ':' || p.external_id = ledger_transactions.key"
    left = "SELECT r.sent_on FROM refunds r WHERE 'refund-sent:' || r.key = ledger_transactions.key"
    earlier = "min" if sqlite else "least"
    op.execute(f"UPDATE ledger_transactions SET booked_on = {earlier}(COALESCE(({came}), ({left}), {written}), {written})")
    if sqlite:
        _reword("ledger_transactions", "booked_on DATE", "booked_on DATE NOT NULL")
    else:
        op.alter_column("ledger_transactions", "booked_on", existing_type=sa.Date(), nullable=False)
    op.create_index(op.f("ix_ledger_transactions_booked_on"), "ledger_transactions", ["booked_on"], unique=False)
    _trigger("ledger_transactions", "update")


def _courses_on_lines() -> None:
    """Lines of orders that are known by their booking and day; others name no course."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("invoice_lines", sa.Column("about", sa.String(), nullable=True))
    day = "date(r.ends_at, '+9 hours')" if sqlite else "(r.ends_at AT TIME ZONE 'Asia/Tokyo')::date"
    op.execute(
        "UPDATE invoice_lines SET about = COALESCE((SELECT MIN(c.code) FROM invoices i "
        "JOIN bookings b ON b.reference = i.order_reference JOIN seats s ON s.booking_id = b.id "
        "JOIN course_runs r ON r.id = s.run_id JOIN courses c ON c.id = r.course_id "
        f"WHERE i.id = invoice_lines.invoice_id AND {day} = invoice_lines.supplied_on), '')"
    )
    if sqlite:
        _reword("invoice_lines", "about VARCHAR", "about VARCHAR NOT NULL")
    else:
        op.alter_column("invoice_lines", "about", existing_type=sa.String(), nullable=False)


def _guards() -> None:
    for table in KEPT:
        for deed in ("update", "delete"):
            _trigger(table, deed)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER ledger_transactions_open BEFORE INSERT ON ledger_transactions WHEN EXISTS ({CLOSED}) "
            "BEGIN SELECT RAISE(ABORT, 'the books are closed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_closed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF EXISTS ({CLOSED}) THEN RAISE EXCEPTION 'the books are closed'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_transactions_open BEFORE INSERT ON ledger_transactions "
        "FOR EACH ROW EXECUTE FUNCTION refuse_closed()"
    )


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


def _drop(table: str, deed: str) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER {table}_no_{deed}" + ("" if sqlite else f" ON {table}"))


def _one_of(column: str, *values: str) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


def _reword(table: str, old: str, new: str) -> None:
    """Change what SQLite has written down of a table, without copying it: rows elsewhere refer to it, triggers stand on it.

    Its manual names this way for NOT NULL and CHECK, which say nothing of how rows are stored (sqlite.org/lang_altertable,
    "Making other kinds of table schema changes").
    """
    bind = op.get_bind()
    known = {"t": table}
    written = bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :t"), known).scalar_one()
    if written.count(old) != 1:
        raise RuntimeError(f"{table} is not written as expected: {old} stands in it {written.count(old)} times")
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = {"s": written.replace(old, new), **known}
    bind.execute(sa.text("UPDATE sqlite_master SET sql = :s WHERE type = 'table' AND name = :t"), changed)
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
