"""What staff type about bookings, money and runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from courses_app.bookings.forms.orders import BookingsFilter
from courses_app.foundation.clock import JST, end_of
from courses_app.foundation.forms import (
    BaseForm,
    ClockField,
    DayField,
    FilterForm,
    FoldedField,
    Length,
    NameField,
    Optional,
    Required,
    WholeNumberField,
    options,
)
from courses_app.payments.queries import InvoiceState, InvoicesWanted

INVOICE_STATES: dict[str, Any] = {
    InvoiceState.OPEN.value: _l("Waiting for payment"),
    InvoiceState.OVERDUE.value: _l("Overdue"),
    InvoiceState.PAID.value: _l("Paid"),
    InvoiceState.REFUND_OWED.value: _l("Refund due"),
    InvoiceState.CANCELLED.value: _l("Cancelled"),
}


# Stripe's own words for why a refund failed, as far as staff can do something about them.
REFUND_FAILURES: dict[str, Any] = {
    "balance_insufficient": _l("There is not enough money in our Stripe account."),
    "charge_disputed": _l("The payment is disputed."),
    "charge_already_refunded": _l("The payment was refunded already."),
    "resource_missing": _l("Stripe does not know this payment."),
    "declined": _l("The payer's bank declined it."),
    "expired_or_canceled_card": _l("The card has expired or was cancelled."),
    "lost_or_stolen_card": _l("The card was lost or stolen."),
    "canceled": _l("It was cancelled at Stripe."),
    "refused": _l("Stripe did not say why."),
    "unknown": _l("Stripe did not say why."),
}


class OfficeBookingsFilter(BookingsFilter):
    """Which bookings of all organizations."""

    run = FoldedField(_l("Course run"), [Length(max=20)])
    organization = FoldedField(_l("Organization (reference)"), [Length(max=20)])
    q = StringField(_l("Name or booking number"), [Length(max=100)])


class PaymentsFilter(FilterForm):
    """Which money."""

    view = HiddenField()
    q = StringField(_l("Number, organization, amount or day"), [Length(max=100)])
    state = SelectField(_l("State"), choices=options([("", _l("All")), *INVOICE_STATES.items()]), validate_choice=False)
    from_on = DayField(_l("Due or received from"), [Optional()])
    until_on = DayField(_l("Due or received until"), [Optional()])

    def invoices(self) -> InvoicesWanted:
        """The conditions; what can't be read is left out, and its field says so."""
        self.validate()
        known = self.state.data in set(InvoiceState)
        days = {field.name: field.data for field in (self.from_on, self.until_on) if not field.errors}
        return InvoicesWanted(self.q.data or "", InvoiceState(self.state.data) if known else None, **days)

    @property
    def wanted(self) -> str:
        """receipts, refunds or events; the name of an event leads to the events."""
        if (self.q.data or "").startswith("evt_"):
            return "events"
        return self.view.data if self.view.data in ("receipts", "refunds", "events") else "receipts"


class ReceiptForm(BaseForm):
    """A transfer that arrived; the token names it, so that the same form sent twice is one payment."""

    form_token = HiddenField()
    received_on = DayField(_l("Arrived on"), [Required()])
    amount = WholeNumberField(_l("Amount"), [Required()])
    payer = NameField(_l("Payer's name on the statement"), [Length(max=100)])


class SentForm(BaseForm):
    """A refund that left."""

    key = HiddenField(validators=[Required()])
    sent_on = DayField(_l("Sent on"), [Required()])


class EventForm(BaseForm):
    """A message of Stripe that a person has dealt with."""

    event_id = HiddenField(validators=[Required()])
    note = StringField(_l("What was done"), [Required(), Length(max=300)])


class ReasonForm(BaseForm):
    """Why something is cancelled or called off."""

    reason = TextAreaField(_l("Reason"), [Required(), Length(max=1000)])


class CapacityForm(BaseForm):
    """How many seats a run has; `over` is by how many it is then overbooked, as the page said it."""

    capacity = WholeNumberField(_l("Capacity"), [InputRequired()])
    over = HiddenField()
    sure = BooleanField(_l("Lower it all the same"))
    reason = TextAreaField(_l("Why there may be more people than seats"), [Length(max=1000)])

    @property
    def accepted_over(self) -> int | None:
        """The number that was agreed to; None while nothing was."""
        typed = self.over.data or ""
        return int(typed) if self.sure.data and typed.isascii() and typed.isdigit() and len(typed) < 6 else None

    def over_with(self, taken: int) -> int:
        """By how many a run with so many seats taken would be overbooked; the next sending agrees to this."""
        wanted = (self.capacity.data or 0) if self.is_submitted() else 0
        over = max(0, taken - wanted) if wanted > 0 else 0
        if self.accepted_over != over:
            self.sure.data = False
        self.over.data = str(over)
        return over

    def validate_capacity(self, field: WholeNumberField) -> None:
        """A run has at least one seat, and never more than anybody could teach."""
        if field.data is not None and not 1 <= field.data <= MOST_SEATS:
            raise ValidationError(_l("Write a number from 1 to %(most)d.", most=MOST_SEATS))


MOST_SEATS = 5000


class BlockForm(BaseForm):
    """Seats to be kept: how many, what for, until when (without a day: until they are released by hand)."""

    seats = WholeNumberField(_l("Number of seats"), [InputRequired()])
    purpose = NameField(_l("What for"), [Required(), Length(max=300)])
    until_on = DayField(_l("Keep until (day)"), [Optional()])
    until_time = ClockField(_l("Keep until (time)"), [Optional()])

    def validate_seats(self, field: WholeNumberField) -> None:
        """At least one."""
        if field.data is not None and not 1 <= field.data <= MOST_SEATS:
            raise ValidationError(_l("Write a number from 1 to %(most)d.", most=MOST_SEATS))

    def validate_until_time(self, field: ClockField) -> None:
        """A time belongs to a day."""
        if field.data is not None and self.until_on.data is None and not self.until_on.errors:
            raise ValidationError(_l("Choose the day, too."))

    @property
    def until_at(self) -> datetime | None:
        """The instant of the release; a day without a time is kept to its end."""
        if self.until_on.data is None:
            return None
        if self.until_time.data is None:
            return end_of(self.until_on.data)
        return datetime.combine(self.until_on.data, self.until_time.data, tzinfo=JST)
