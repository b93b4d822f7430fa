"""Prices stay as they were set: early prices until a day, last days, withdrawals as rows; what a seat would cost without."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

REGULAR = "withdrawn_at IS NULL AND early_until_on IS NULL AND early_days_before IS NULL"
NEW = "early_until_on DATE", "early_days_before INTEGER", "withdrawn_at {instant}", "withdrawn_by VARCHAR"
CHECKS = {
    "early": "early_until_on IS NULL OR early_days_before IS NULL",
    "early_days": "early_days_before IS NULL OR early_days_before > 0",
    "withdrawn": "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
}
KEPT = "id, course_id, audience, amount, tax_category, from_on, until_on"
OF_SEAT = "list_price IS NULL OR list_price >= price"
# A price may only be withdrawn, once.
SAID = (*KEPT.split(", "), "early_until_on", "early_days_before")


def upgrade() -> None:
    op.execute(
        f"ALTER TABLE seats ADD COLUMN list_price BIGINT CONSTRAINT {op.f('ck_seats_list_price')} CHECK ({OF_SEAT})"
    )
    if op.get_bind().dialect.name == "sqlite":
        _table_anew(early=True)
    else:
        op.drop_constraint(op.f("uq_fees_course_id_audience_from_on"), "fees", type_="unique")
        for column in NEW:
            op.execute(f"ALTER TABLE fees ADD COLUMN {column.format(instant='TIMESTAMP WITH TIME ZONE')}")
        for name, condition in CHECKS.items():
            op.create_check_constraint(op.f(f"ck_fees_{name}"), "fees", condition)
    where = sa.text(REGULAR)
    op.create_index(
        "uq_fees_regular", "fees", ["course_id", "audience", "from_on"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip
    _keep()


def downgrade() -> None:
    """Early and withdrawn prices are gone; no seat may have been kept at one."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for deed in ("update", "delete"):
        op.execute(f"DROP TRIGGER fees_no_{deed}" + ("" if sqlite else " ON fees"))
    op.execute(f"DELETE FROM fees WHERE NOT ({REGULAR})")
    op.drop_index("uq_fees_regular", table_name="fees")
    if sqlite:
        _table_anew(early=False)
    else:
        for name in CHECKS:
            op.drop_constraint(op.f(f"ck_fees_{name}"), "fees", type_="check")
        for column in NEW:
            op.execute(f"ALTER TABLE fees DROP COLUMN {column.split()[0]}")
        op.create_unique_constraint(
            op.f("uq_fees_course_id_audience_from_on"), "fees", ["course_id", "audience", "from_on"]
        )
        op.drop_constraint(op.f("ck_seats_list_price"), "seats", type_="check")
    op.execute("ALTER TABLE seats DROP COLUMN list_price")


def _table_anew(*, early: bool) -> None:
    """SQLite can't drop a constraint; nothing refers to this table."""
    op.execute("ALTER TABLE fees RENAME TO fees_before")
    new = [f"{column.format(instant='DATETIME')}, " for column in NEW] if early else []
    checks = "".join(f", CONSTRAINT ck_fees_{name} CHECK ({said})" for name, said in CHECKS.items()) if early else ""
    once = "" if early else ", CONSTRAINT uq_fees_course_id_audience_from_on UNIQUE (course_id, audience, from_on)"
    op.execute(
        "CREATE TABLE fees (id INTEGER NOT NULL, course_id INTEGER NOT NULL, audience VARCHAR(32) NOT NULL, "
        "amount BIGINT NOT NULL, tax_category VARCHAR(32) NOT NULL, from_on DATE NOT NULL, until_on DATE, "
        f"{''.join(new)}"
        "CONSTRAINT ck_fees_audience CHECK (audience IN ('general', 'member')), "
        "CONSTRAINT ck_fees_tax_category CHECK (tax_category IN ('taxable_10', 'exempt', 'out_of_scope')), "
        "CONSTRAINT ck_fees_amount CHECK (amount >= 0), "
        "CONSTRAINT ck_fees_period CHECK (until_on IS NULL OR until_on >= from_on)"
        f"{checks}, CONSTRAINT pk_fees PRIMARY KEY (id), "
        f"CONSTRAINT fk_fees_course_id FOREIGN KEY(course_id) REFERENCES courses (id){once})"
    )
    op.execute(f"INSERT INTO fees ({KEPT}) SELECT {KEPT} FROM fees_before")
    op.execute("DROP TABLE fees_before")


def _keep() -> None:
    if op.get_bind().dialect.name == "sqlite":
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in SAID)
        when = f" WHEN OLD.withdrawn_at IS NOT NULL OR {changed}"
        for deed, only in (("update", when), ("delete", "")):
            op.execute(
                f"CREATE TRIGGER fees_no_{deed} BEFORE {deed.upper()} ON fees{only} "
                "BEGIN SELECT RAISE(ABORT, 'fees is append-only'); END"
            )
        return
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in SAID)
    when = f" WHEN (OLD.withdrawn_at IS NOT NULL OR {changed})"
    for deed, only in (("update", when), ("delete", "")):
        op.execute(
            f"CREATE TRIGGER fees_no_{deed} BEFORE {deed.upper()} ON fees "
            f"FOR EACH ROW{only} EXECUTE FUNCTION refuse_change()"
        )
