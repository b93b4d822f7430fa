"""One ticket that fails in a way nobody thought of must not hold up the others."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.bookings import tasks
from courses_app.bookings.models import Seat
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from tests.bookings.conftest import MakeHere


def test_an_unforeseen_fault_holds_up_nobody_else(
    inside: Flask, make: MakeHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make.run()
    poison, sound = make.paid(run).seats[0].id, make.paid(run).seats[0].id
    drawn = tasks.documents.ticket_pdf

    def failing(seat: Seat, **more: object) -> bytes:
        if seat.id == poison:
            raise LookupError("no such font")
        return drawn(seat, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks.documents, "ticket_pdf", failing)
    assert tasks.run_due(clock=clock.now) == 1
    assert session.scalars(select(Seat.id).where(Seat.ticket_document_id.is_not(None))).all() == [sound]
    assert session.scalars(select(Matter.kind).where(Matter.settled_at.is_(None))).all() == ["ticket_failed"]
