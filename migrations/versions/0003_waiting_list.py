"""Parties wait for seats, and seats that become free are offered to them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES = ("waiting", "offered", "served", "left", "lapsed", "closed")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    _parties()
    _attendees()
    _alerts()
    # Written out, because SQLite adds a column with its constraints only like this; PostgreSQL reads the same.
    op.execute(
        "ALTER TABLE bookings ADD COLUMN waiting_party_id INTEGER "
        "CONSTRAINT fk_bookings_waiting_party_id REFERENCES waiting_parties (id)"
    )
    op.execute(
        "ALTER TABLE courses ADD COLUMN offer_hours INTEGER DEFAULT 48 NOT NULL "
        "CONSTRAINT ck_courses_offer_hours CHECK (offer_hours > 0)"
    )
    op.add_column("courses", sa.Column("smaller_may_pass", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_table("run_alerts_told")
    op.drop_table("run_alerts")
    op.drop_column("courses", "smaller_may_pass")
    op.execute("ALTER TABLE courses DROP COLUMN offer_hours")
    op.execute("ALTER TABLE bookings DROP COLUMN waiting_party_id")
    op.drop_table("waiting_attendees")
    op.drop_table("waiting_parties")


def _parties() -> None:
    op.create_table(
        "waiting_parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("booked_by_person_id", sa.Integer(), nullable=False),
        sa.Column("form_token", sa.String(), nullable=False),
        sa.Column(
            "state", sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("accepts_part", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=False),
        sa.Column("skipped_reason", sa.String(), nullable=False),
        sa.CheckConstraint("wanted >= 0", name=op.f("ck_waiting_parties_wanted")),
        sa.CheckConstraint("state <> 'waiting' OR wanted > 0", name=op.f("ck_waiting_parties_waiting")),
        sa.CheckConstraint(
            "state NOT IN ('offered', 'served') OR wanted = 0", name=op.f("ck_waiting_parties_offered")
        ),
        sa.CheckConstraint(
            "(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name=op.f("ck_waiting_parties_ended")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["course_runs.id"], name=op.f("fk_waiting_parties_run_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_waiting_parties_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["booked_by_person_id"], ["persons.id"], name=op.f("fk_waiting_parties_booked_by_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_parties")),
        sa.UniqueConstraint("organization_id", "form_token", name=op.f("uq_waiting_parties_organization_id_form_token")),
        sa.UniqueConstraint("reference", name=op.f("uq_waiting_parties_reference")),
    )  # fmt: skip
    op.create_index(
        "ix_waiting_parties_line", "waiting_parties", ["run_id", "id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_index(op.f("ix_waiting_parties_run_id"), "waiting_parties", ["run_id"])


def _attendees() -> None:
    op.create_table(
        "waiting_attendees",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name_kana", sa.String(), nullable=False),
        sa.Column("given_name_kana", sa.String(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("role_code", sa.String(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["waiting_parties.id"], name=op.f("fk_waiting_attendees_party_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_waiting_attendees_person_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_waiting_attendees_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_attendees")),
        sa.UniqueConstraint("party_id", "position", name=op.f("uq_waiting_attendees_party_id_position")),
    )
    op.create_index(op.f("ix_waiting_attendees_person_id"), "waiting_attendees", ["person_id"])
    op.create_index(op.f("ix_waiting_attendees_booking_id"), "waiting_attendees", ["booking_id"])


def _alerts() -> None:
    op.create_table(
        "run_alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_run_alerts_organization_id")),
        sa.ForeignKeyConstraint(["asked_by_person_id"], ["persons.id"], name=op.f("fk_run_alerts_asked_by_person_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_run_alerts_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_alerts")),
        sa.UniqueConstraint(
            "organization_id", "course_id", "place", name=op.f("uq_run_alerts_organization_id_course_id_place")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_run_alerts_reference")),
    )
    op.create_index(op.f("ix_run_alerts_course_id"), "run_alerts", ["course_id"])
    op.create_table(
        "run_alerts_told",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["run_alerts.id"], name=op.f("fk_run_alerts_told_alert_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["course_runs.id"], name=op.f("fk_run_alerts_told_run_id")),
        sa.PrimaryKeyConstraint("alert_id", "run_id", name=op.f("pk_run_alerts_told")),
    )
    op.create_index(op.f("ix_run_alerts_told_run_id"), "run_alerts_told", ["run_id"])
