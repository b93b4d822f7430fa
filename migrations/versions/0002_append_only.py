"""What is written once stays: triggers on both databases refuse to change or remove it (INV-7)."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("ledger_transactions", "ledger_entries", "seat_events", "stored_documents")
# An audit row may only receive its seal, once.
SEALED = ("id", "at", "actor_kind", "actor_person_id", "actor_label", "action", "subject_kind", "subject_reference",
          "before", "after", "request_id")  # fmt: skip


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in (*APPEND_ONLY, "audit_entries"):
        for deed in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{deed}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION refuse_change()")


def _sqlite() -> None:
    for table in APPEND_ONLY:
        _sqlite_trigger(table, "update")
        _sqlite_trigger(table, "delete")
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in SEALED)
    _sqlite_trigger("audit_entries", "update", f" WHEN OLD.seal IS NOT NULL OR {changed}")
    _sqlite_trigger("audit_entries", "delete")


def _sqlite_trigger(table: str, deed: str, when: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table}{when} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        _postgresql_trigger(table, "update")
        _postgresql_trigger(table, "delete")
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in SEALED)
    _postgresql_trigger("audit_entries", "update", f" WHEN (OLD.seal IS NOT NULL OR {changed})")
    _postgresql_trigger("audit_entries", "delete")


def _postgresql_trigger(table: str, deed: str, when: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
        f"FOR EACH ROW{when} EXECUTE FUNCTION refuse_change()"
    )
