"""The register of papers about money, with those issued so far; papers that are asked for; quotes before a booking."""

import unicodedata
from calendar import monthrange
from datetime import date, timedelta, timezone

import jaconv
import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None

KINDS = ("quote", "invoice", "receipt", "corrected_invoice", "return_invoice", "monthly_invoice")
SERIES = ("invoice", "receipt", "quote", "return")
CATEGORIES = ("taxable_10", "exempt", "out_of_scope")
AUDIENCES = ("general", "member")
APPEND_ONLY = ("paper_requests", "papers", "estimates", "estimate_lines", "estimate_uses")
JST = timezone(timedelta(hours=9))
YEAR_ENDS_IN = 3
EXTRA = {"sqlite": "OLD.kept_until_on >= date('now')", "postgresql": "OLD.kept_until_on >= CURRENT_DATE"}

ISSUED = sa.text(
    "SELECT i.id, i.number, i.receipt_number, i.issued_on, i.total, i.organization_id, i.addressee, i.subject,"
    " i.order_reference, i.document_id, i.receipt_document_id, d.stored_at AS invoice_at, r.stored_at AS receipt_at"
    " FROM invoices i LEFT JOIN stored_documents d ON d.id = i.document_id"
    " LEFT JOIN stored_documents r ON r.id = i.receipt_document_id WHERE i.number IS NOT NULL OR"
    " i.receipt_number IS NOT NULL ORDER BY i.id"
).columns(
    issued_on=sa.Date(), invoice_at=sa.DateTime(timezone=True), receipt_at=sa.DateTime(timezone=True)
)


def upgrade() -> None:
    op.execute("ALTER TABLE issuers ADD COLUMN business_year_ends_in INTEGER DEFAULT 3 NOT NULL CONSTRAINT ck_issuers_business_year CHECK (business_year_ends_in BETWEEN 1 AND 12)")
    op.execute("ALTER TABLE courses ADD COLUMN quoted_days INTEGER DEFAULT 30 NOT NULL CONSTRAINT ck_courses_quoted_days CHECK (quoted_days > 0)")
    _paper_requests()
    _papers()
    _estimates()
    _fill()
    _triggers()


def downgrade() -> None:
    """The papers themselves stay among the stored documents."""
    for table in APPEND_ONLY:
        for deed in ("update", "delete"):
            on = "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"
            op.execute(f"DROP TRIGGER {table}_no_{deed}{on}")
    for table in ("estimate_uses", "estimate_lines", "estimates", "papers", "paper_requests"):
        op.drop_table(table)
    op.execute("ALTER TABLE courses DROP COLUMN quoted_days")
    op.execute("ALTER TABLE issuers DROP COLUMN business_year_ends_in")


def _paper_requests() -> None:
    op.create_table(
        "paper_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("refund_id", sa.Integer(), nullable=True),
        sa.Column("order_reference", sa.String(), nullable=False),
        sa.Column("addressee", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_paper_requests_amount")),
        sa.CheckConstraint("edition > 0", name=op.f("ck_paper_requests_edition")),
        sa.CheckConstraint(_one_of("kind", *KINDS), name=op.f("ck_paper_requests_kind")),
        *_keys("paper_requests", organization_id="organizations", invoice_id="invoices", refund_id="refunds", asked_by_person_id="persons"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_requests")),
        sa.UniqueConstraint("reference", name=op.f("uq_paper_requests_reference")),
        sa.UniqueConstraint("key", name=op.f("uq_paper_requests_key")),
    )
    _indexes("paper_requests", "organization_id", "invoice_id", "refund_id")


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("series", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("counterparty", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("order_reference", sa.String(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("refund_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("kept_until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("copy > 0 AND edition > 0", name=op.f("ck_papers_counts")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_papers_amount")),
        sa.CheckConstraint(_one_of("kind", *KINDS), name=op.f("ck_papers_kind")),
        sa.CheckConstraint(_one_of("series", *SERIES), name=op.f("ck_papers_series")),
        *_keys("papers", organization_id="organizations", invoice_id="invoices", refund_id="refunds", request_id="paper_requests", document_id="stored_documents"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
        sa.UniqueConstraint("number", "copy", name=op.f("uq_papers_number_copy")),
        sa.UniqueConstraint("request_id", name=op.f("uq_papers_request_id")),
    )
    _indexes("papers", "issued_on", "amount", "organization_id", "order_reference", "invoice_id")


def _estimates() -> None:
    op.create_table(
        "estimates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("form_token", sa.String(), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total >= 0", name=op.f("ck_estimates_total")),
        *_keys("estimates", organization_id="organizations", request_id="paper_requests"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimates")),
        sa.UniqueConstraint("reference", name=op.f("uq_estimates_reference")),
        sa.UniqueConstraint("request_id", name=op.f("uq_estimates_request_id")),
        sa.UniqueConstraint("organization_id", "form_token", name=op.f("uq_estimates_organization_id_form_token")),
    )
    op.create_table(
        "estimate_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("fee_audience", sa.String(length=32), nullable=False),
        sa.Column("tax_category", sa.String(length=32), nullable=False),
        sa.CheckConstraint("people > 0 AND price >= 0", name=op.f("ck_estimate_lines_amounts")),
        sa.CheckConstraint(_one_of("fee_audience", *AUDIENCES), name=op.f("ck_estimate_lines_fee_audience")),
        sa.CheckConstraint(_one_of("tax_category", *CATEGORIES), name=op.f("ck_estimate_lines_tax_category")),
        *_keys("estimate_lines", estimate_id="estimates", run_id="course_runs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate_lines")),
        sa.UniqueConstraint("estimate_id", "run_id", name=op.f("uq_estimate_lines_estimate_id_run_id")),
    )
    op.create_table(
        "estimate_uses",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        *_keys("estimate_uses", booking_id="bookings", estimate_id="estimates"),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_estimate_uses")),
    )
    _indexes("estimate_uses", "estimate_id")


def _keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    ]


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _one_of(column: str, *values: str) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


def _fill() -> None:
    """What was issued before there was a register."""
    bind = op.get_bind()
    table = sa.table("papers", *(sa.column(name) for name in (
        "kind", "series", "number", "copy", "edition", "amount", "organization_id", "counterparty", "search_key",
        "subject", "order_reference", "invoice_id", "document_id")), sa.column("issued_on", sa.Date()),
        sa.column("kept_until_on", sa.Date()), sa.column("issued_at", sa.DateTime(timezone=True)))  # fmt: skip
    for row in bind.execute(ISSUED).all():
        if row.number is not None:
            bind.execute(table.insert().values(**_paper(row, "invoice", row.number, row.issued_on or _day(row.invoice_at), row.invoice_at, row.document_id)))
        if row.receipt_number is not None:
            bind.execute(table.insert().values(**_paper(row, "receipt", row.receipt_number, _day(row.receipt_at), row.receipt_at, row.receipt_document_id)))


def _paper(row, kind, number, issued_on, issued_at, document_id):
    return {
        "kind": kind, "series": kind, "number": number, "copy": 1, "edition": 1, "amount": row.total,
        "organization_id": row.organization_id, "counterparty": row.addressee,
        "search_key": _search_key(row.addressee + number), "subject": row.subject,
        "order_reference": row.order_reference, "invoice_id": row.id, "document_id": document_id,
        "issued_on": issued_on, "issued_at": issued_at, "kept_until_on": _kept_until(issued_on),
    }  # fmt: skip


def _day(at) -> date:
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).astimezone(JST).date()


def _search_key(words: str) -> str:
    return "".join(jaconv.kata2hira(unicodedata.normalize("NFKC", words)).casefold().split())


def _kept_until(day: date) -> date:
    """Seven years, begun two months after the end (in March) of the business year."""
    year, month = day.year + (day.month > YEAR_ENDS_IN) + 7, YEAR_ENDS_IN + 2
    return date(year, month, monthrange(year, month)[1])


def _triggers() -> None:
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for deed in ("update", "delete"):
            when = f" WHEN ({EXTRA[dialect]})" if (table, deed) == ("papers", "delete") else ""
            if dialect == "sqlite":
                op.execute(
                    f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table}{when} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
                    f"FOR EACH ROW{when} EXECUTE FUNCTION refuse_change()"
                )
