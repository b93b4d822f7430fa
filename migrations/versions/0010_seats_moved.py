"""A seat may be moved to another run of its course; its history tells from which to which."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOVES = ("hold", "order", "confirm", "lapse", "cancel", "reseat", "substitute", "name")


def upgrade() -> None:
    with op.batch_alter_table("seat_events") as table:
        table.add_column(sa.Column("from_run_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("to_run_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_seat_events_from_run_id"), "course_runs", ["from_run_id"], ["id"])
        table.create_foreign_key(op.f("fk_seat_events_to_run_id"), "course_runs", ["to_run_id"], ["id"])
        table.drop_constraint(op.f("ck_seat_events_move"), type_="check")
        table.create_check_constraint(op.f("ck_seat_events_move"), _one_of(*MOVES, "move"))
        table.create_check_constraint(op.f("ck_seat_events_runs"), "(from_run_id IS NULL) = (to_run_id IS NULL)")
        table.create_check_constraint(op.f("ck_seat_events_moved"), "(move = 'move') = (to_run_id IS NOT NULL)")
    _triggers()


def downgrade() -> None:
    with op.batch_alter_table("seat_events") as table:
        for name in ("moved", "runs", "move"):
            table.drop_constraint(op.f(f"ck_seat_events_{name}"), type_="check")
        table.create_check_constraint(op.f("ck_seat_events_move"), _one_of(*MOVES))
        for column in ("from_run_id", "to_run_id"):
            table.drop_constraint(op.f(f"fk_seat_events_{column}"), type_="foreignkey")
            table.drop_column(column)
    _triggers()


def _one_of(*moves: str) -> str:
    return "move IN ({})".format(", ".join(f"'{move}'" for move in moves))


def _triggers() -> None:
    """SQLite copies the table, which loses the triggers: they are made again."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for deed in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER seat_events_no_{deed} BEFORE {deed.upper()} ON seat_events "
            "BEGIN SELECT RAISE(ABORT, 'seat_events is append-only'); END"
        )
