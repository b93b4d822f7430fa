"""Who has seats in a run that we move is asked whether they stay, until a day that staff name."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ASKED = sa.text("state = 'asked'")


def upgrade() -> None:
    # Written out, because SQLite adds a column with its constraint only like this; PostgreSQL reads the same.
    op.execute("ALTER TABLE courses ADD COLUMN move_answer_days INTEGER DEFAULT 7 NOT NULL")
    op.execute(
        "ALTER TABLE courses ADD COLUMN move_reminder_days INTEGER DEFAULT 2 NOT NULL "
        "CONSTRAINT ck_courses_moves CHECK (move_answer_days > 0 AND move_reminder_days >= 0)"
    )
    _questions()
    _answers()


def downgrade() -> None:
    op.drop_table("move_answers")
    op.drop_table("move_questions")
    for column in ("move_reminder_days", "move_answer_days"):
        op.execute(f"ALTER TABLE courses DROP COLUMN {column}")


def _questions() -> None:
    op.create_table(
        "move_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("was_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_venue_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'kept', 'moved', 'given_back', 'mixed', 'unanswered', 'superseded')",
            name=op.f("ck_move_questions_state"),
        ),
        sa.CheckConstraint("(state = 'asked') = (closed_at IS NULL)", name=op.f("ck_move_questions_closed")),
        sa.CheckConstraint("answer_until > asked_at", name=op.f("ck_move_questions_until")),
        sa.CheckConstraint("was_ends_at > was_starts_at", name=op.f("ck_move_questions_was")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_move_questions_booking_id")),
        sa.ForeignKeyConstraint(["run_id"], ["course_runs.id"], name=op.f("fk_move_questions_run_id")),
        sa.ForeignKeyConstraint(["was_venue_id"], ["venues.id"], name=op.f("fk_move_questions_was_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_questions")),
        sa.UniqueConstraint("booking_id", "run_id", "sequence", name=op.f("uq_move_questions_booking_id_run_id_sequence")),
        sa.UniqueConstraint("reference", name=op.f("uq_move_questions_reference")),
    )
    for name, columns, unique in (
        ("uq_move_questions_open", ["booking_id", "run_id"], True),
        ("ix_move_questions_until", ["answer_until"], False),
    ):
        op.create_index(name, "move_questions", columns, unique=unique, sqlite_where=ASKED, postgresql_where=ASKED)
    op.create_index(op.f("ix_move_questions_run_id"), "move_questions", ["run_id"], unique=False)


def _answers() -> None:
    op.create_table(
        "move_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=32), nullable=False),
        sa.Column("to_run_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "choice IN ('open', 'keep', 'move', 'give_back')", name=op.f("ck_move_answers_choice")
        ),
        sa.CheckConstraint("(choice = 'move') = (to_run_id IS NOT NULL)", name=op.f("ck_move_answers_to_run")),
        sa.CheckConstraint("(choice = 'open') = (answered_at IS NULL)", name=op.f("ck_move_answers_answered")),
        sa.ForeignKeyConstraint(["question_id"], ["move_questions.id"], name=op.f("fk_move_answers_question_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_move_answers_seat_id")),
        sa.ForeignKeyConstraint(["to_run_id"], ["course_runs.id"], name=op.f("fk_move_answers_to_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_answers")),
        sa.UniqueConstraint("question_id", "seat_id", name=op.f("uq_move_answers_question_id_seat_id")),
    )
    op.create_index(op.f("ix_move_answers_seat_id"), "move_answers", ["seat_id"], unique=False)
