"""One invoice whose paper fails in a way nobody thought of must not hold up the others."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.payments import tasks
from courses_app.payments.models import Invoice
from tests.payments.conftest import NOW, Builder


def test_an_unforeseen_fault_holds_up_nobody_else(made: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    poison, sound = made.invoice(now=NOW), made.invoice(now=NOW)
    invoices, *others = tasks.PAPERS
    drawn = invoices.print

    def failing(invoice: Invoice, **more: Any) -> bytes:
        if invoice.id == poison.id:
            raise LookupError("no such font")
        return drawn(invoice, **more)

    monkeypatch.setattr(tasks, "PAPERS", (tasks.Papers(**{**vars(invoices), "print": failing}), *others))
    assert tasks.run_due(clock=lambda: NOW) == 1
    assert session.scalars(select(Invoice.id).where(Invoice.number.is_not(None))).all() == [sound.id]
    assert [matter.detail["reason"] for matter in session.scalars(select(Matter)) if matter.detail] == ["LookupError"]
