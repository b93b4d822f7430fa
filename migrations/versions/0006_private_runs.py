"""A run may be private: found by its link alone, and perhaps booked by one organization alone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Written out, because SQLite adds a column with its constraints only like this; PostgreSQL reads the same.
    op.execute(
        "ALTER TABLE course_runs ADD COLUMN visibility VARCHAR(32) DEFAULT 'public' NOT NULL "
        "CONSTRAINT ck_course_runs_visibility CHECK (visibility IN ('public', 'private'))"
    )
    op.execute(
        "ALTER TABLE course_runs ADD COLUMN link_token VARCHAR "
        "CONSTRAINT ck_course_runs_link CHECK ((visibility = 'private') = (link_token IS NOT NULL))"
    )
    op.execute(
        "ALTER TABLE course_runs ADD COLUMN organization_id INTEGER "
        "CONSTRAINT fk_course_runs_organization_id REFERENCES organizations (id) "
        "CONSTRAINT ck_course_runs_bound CHECK (organization_id IS NULL OR visibility = 'private')"
    )
    op.create_index("uq_course_runs_link_token", "course_runs", ["link_token"], unique=True)
    op.create_index(op.f("ix_course_runs_organization_id"), "course_runs", ["organization_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_course_runs_organization_id"), "course_runs")
    op.drop_index("uq_course_runs_link_token", "course_runs")
    for name in ("organization_id", "link_token", "visibility"):  # each with the constraints that came with it
        op.execute(f"ALTER TABLE course_runs DROP COLUMN {name}")
