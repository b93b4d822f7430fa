"""What the booking room has to send, as its outbox holds it."""

from __future__ import annotations

from sqlalchemy import select

from courses_app.foundation.db import session
from courses_app.foundation.outbox import OutboxMessage


def mails(kind: str) -> list[OutboxMessage]:
    """Every mail of this kind, oldest first."""
    query = select(OutboxMessage).where(OutboxMessage.kind == f"bookings/{kind}").order_by(OutboxMessage.id)
    return list(session.scalars(query))
