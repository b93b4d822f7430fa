"""Money that comes, in time or not, and money that goes back, in any order with everything else (T2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from courses_app.bookings import operations, queries
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.payments.models import Invoice, Refund, RefundStatus
from tests.proofs.living import ANY, PARTY, SELDOM, WHO, Living, there


class Money(Living):
    """By transfer or card, late or twice, too much or for seats that are gone."""

    @precondition(there("invoice"))
    @rule(at=ANY, card=st.booleans(), off=st.sampled_from([0, 0, 0, 1]))
    def pay(self, at: int, card: bool, off: int) -> None:
        """Any invoice, in time or late, an old one too; sometimes another amount."""
        if invoice := self._some(Invoice, at):
            self._pay(invoice, card=card, off=off)

    @precondition(lambda self: self.payments)
    @rule(at=ANY)
    def be_told_of_a_payment_again(self, at: int) -> None:
        before = self._rows()
        assert self._do(operations.settle, **self.payments[at % len(self.payments)]) is not None
        assert self._rows() == before

    @precondition(there("refund"))
    @rule(at=ANY)
    def send_money_back(self, at: int) -> None:
        if refund := self._some(Refund, at, Refund.status == RefundStatus.DUE):
            self._do(operations.note_refund_sent, refund=refund, sent_on=day_of(self.now), by=SYSTEM)

    @precondition(there("booking"))
    @rule(party=PARTY, at=ANY, who=WHO, seats_left=SELDOM, sent=st.booleans())
    def pay_when_the_order_has_lapsed(self, party: int, at: int, who: list[int], seats_left: bool, sent: bool) -> None:
        """It finds seats again, or goes back (R-07); and perhaps is sent at once."""
        ordered = self._buy(party, at, who, card=False, paid=False)
        if not ordered or ordered.status is not BookingStatus.ORDERED or not ordered.pay_until:
            return
        self._wait_for(max(ordered.pay_until - self.now, timedelta(0)))

        def lapse(now: datetime) -> bool:
            return operations.lapse_order(ordered.id, now=now)

        self._do(lapse)
        run = ordered.first_run
        free = run.capacity - queries.taken_by_run([run.id], now=self.now)[run.id]
        if free > 0 and not seats_left:
            self._do(operations.block_seats, run=run, seats=free, purpose="視察", until_at=None, by=SYSTEM)
        self._pay(session.get_one(Invoice, ordered.invoice_id), card=False, off=0)
        if sent and (refund := self._some(Refund, -1, Refund.invoice_id == ordered.invoice_id)):
            self._do(operations.note_refund_sent, refund=refund, sent_on=day_of(self.now), by=SYSTEM)
