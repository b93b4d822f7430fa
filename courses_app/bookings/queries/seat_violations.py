"""What each seat's events tell: one after the other, and whoever was concerned was told in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from courses_app.bookings.models import Booking, Seat, SeatEvent
from courses_app.bookings.rules import SeatMove, SeatStatus
from courses_app.foundation.db import session
from courses_app.foundation.outbox.messages import OutboxMessage

MORE_THAN_HELD = SeatEvent.before.in_((SeatStatus.ORDERED, SeatStatus.CONFIRMED))
# Which mail about its booking a seat's move owes, at the very instant of the move.
TOLD: tuple[tuple[ColumnElement[bool], tuple[str, ...]], ...] = (
    (SeatEvent.move == SeatMove.ORDER, ("bookings/ordered", "bookings/requested", "bookings/confirmed")),
    (SeatEvent.move.in_((SeatMove.CONFIRM, SeatMove.RESEAT)), ("bookings/confirmed",)),
    (and_(SeatEvent.move == SeatMove.LAPSE, MORE_THAN_HELD), ("bookings/expired",)),
    (
        and_(SeatEvent.move == SeatMove.CANCEL, MORE_THAN_HELD),
        (
            "bookings/cancelled",
            "bookings/called_off",
            "bookings/seats_cancelled",
            "bookings/unnamed_given_up",
            "bookings/declined",
        ),
    ),
    (SeatEvent.move == SeatMove.SUBSTITUTE, ("bookings/substituted",)),
)


def events_torn() -> Iterator[str]:
    """INV-3: each event of a seat begins in the state where the one before it ended."""
    former = func.lag(SeatEvent.after).over(partition_by=SeatEvent.seat_id, order_by=SeatEvent.id)
    chain = select(SeatEvent.seat_id, SeatEvent.before, former.label("former")).subquery()
    query = (
        select(Seat.reference)
        .join(chain, chain.c.seat_id == Seat.id)
        .where(chain.c.before.is_distinct_from(chain.c.former))
        .distinct()
    )
    for reference in session.scalars(query):
        yield f"the events of seat {reference} do not follow one another"


def moves_not_told() -> Iterator[str]:
    """INV-14: the mail of a seat's move was owed when it moved."""
    mail = (
        OutboxMessage.subject_kind == "booking",
        OutboxMessage.subject_reference == Booking.reference,
        OutboxMessage.created_at == SeatEvent.at,
    )
    untold = or_(*(and_(moved, not_(exists().where(*mail, OutboxMessage.kind.in_(kinds)))) for moved, kinds in TOLD))
    query = (
        select(Seat.reference, SeatEvent.move)
        .join(SeatEvent, SeatEvent.seat_id == Seat.id)
        .join(Seat.booking)
        .where(untold)
    )
    for reference, move in session.execute(query):
        yield f"nobody was told of the move '{move}' of seat {reference}"
