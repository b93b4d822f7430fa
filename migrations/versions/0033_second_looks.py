"""Four eyes: limits from which on two people must agree, and what was asked of a second one."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

UNDECIDED = sa.text("decision IS NULL")
KINDS = "kind IN ('refund', 'waiver')"


def upgrade() -> None:
    op.create_table(
        "look_limits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_look_limits_kind")),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name=op.f("ck_look_limits_amount")),
        sa.ForeignKeyConstraint(["set_by_person_id"], ["persons.id"], name=op.f("fk_look_limits_set_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_limits")),
        sa.UniqueConstraint("kind", "from_on", name=op.f("uq_look_limits_kind_from_on")),
    )
    op.create_table(
        "second_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_reference", sa.String(), nullable=False),
        sa.Column("deed", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by_person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=True),
        sa.Column("decided_by_person_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_second_looks_kind")),
        sa.CheckConstraint("decision IN ('approved', 'declined', 'withdrawn')", name=op.f("ck_second_looks_decision")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_second_looks_amount")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_second_looks_decided_at")),
        sa.CheckConstraint("(decision IS NULL) = (decided_by_person_id IS NULL)", name=op.f("ck_second_looks_decided_by")),
        sa.CheckConstraint(
            "decision IS NULL OR (decided_by_person_id = asked_by_person_id) = (decision = 'withdrawn')",
            name=op.f("ck_second_looks_two_people"),
        ),
        sa.ForeignKeyConstraint(["asked_by_person_id"], ["persons.id"], name=op.f("fk_second_looks_asked_by_person_id")),
        sa.ForeignKeyConstraint(["decided_by_person_id"], ["persons.id"], name=op.f("fk_second_looks_decided_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_looks")),
        sa.UniqueConstraint("reference", name=op.f("uq_second_looks_reference")),
    )
    op.create_index("uq_second_looks_undecided", "second_looks", ["key"], unique=True, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED)


def downgrade() -> None:
    op.drop_table("second_looks")
    op.drop_table("look_limits")
