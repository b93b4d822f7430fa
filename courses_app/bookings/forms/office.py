"""What staff type about bookings, money and runs."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from courses_app.bookings.forms.orders import BookingsFilter
from courses_app.foundation.forms import (
    BaseForm,
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
    """How many seats a run has."""

    capacity = WholeNumberField(_l("Capacity"), [InputRequired()])

    def validate_capacity(self, field: WholeNumberField) -> None:
        """A run has at least one seat, and never more than anybody could teach."""
        if field.data is not None and not 1 <= field.data <= MOST_SEATS:
            raise ValidationError(_l("Write a number from 1 to %(most)d.", most=MOST_SEATS))


MOST_SEATS = 5000
