"""The last page before the order, and the lists of bookings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, Form, RadioField, SelectField
from wtforms.validators import StopValidation

from courses_app.bookings.rules import BookingStatus
from courses_app.foundation.forms import BaseForm, FilterForm, options
from courses_app.payments.models import PaymentMethod

METHOD_LABELS = {
    PaymentMethod.BANK_TRANSFER: _l("Bank transfer"),
    PaymentMethod.STRIPE: _l("Credit card"),
    PaymentMethod.KONBINI: _l("Convenience store"),
    PaymentMethod.VIRTUAL_ACCOUNT: _l("Bank transfer to an account of your own"),
    PaymentMethod.ON_ACCOUNT: _l("On account, with the invoice of the month"),
    PaymentMethod.NONE: _l("Free of charge"),
}
STATE_LABELS = {
    BookingStatus.HELD: _l("Not ordered yet"),
    BookingStatus.REQUESTED: _l("Waiting for approval"),
    BookingStatus.ORDERED: _l("Waiting for payment"),
    BookingStatus.PAID: _l("Confirmed"),
    BookingStatus.EXPIRED: _l("Lapsed"),
    BookingStatus.CANCELLED: _l("Cancelled"),
    BookingStatus.PAID_NO_SEAT: _l("Paid, no seat: refund to come"),
    BookingStatus.REFUNDED: _l("Refunded"),
}


class Ticked:
    """The names have been compared; an empty box says they have not."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, _form: Form, field: Field) -> None:
        if not field.data:
            raise StopValidation(_l("Please compare the names with the residence record and tick the box."))


class Offered:
    """One of the ways to pay that were offered."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: OrderForm, field: Field) -> None:
        if field.data not in [way.value for way in form.ways]:
            raise StopValidation(_l("Choose how to pay."))


class OrderForm(BaseForm):
    """The order itself."""

    names_confirmed = BooleanField(_l("I have compared the names: they are as on the residence record."), [Ticked()])
    payment_method = RadioField(_l("How do you pay?"), [Offered()], choices=(), validate_choice=False)

    def offer(self, methods: Iterable[PaymentMethod], *, named: bool) -> None:
        """The ways to pay, and no question where there is nothing to choose, or nobody named to compare."""
        if not named:
            del self.names_confirmed
        self.ways = list(methods)
        self.payment_method.choices = options([(way.value, METHOD_LABELS[way]) for way in self.ways])
        if len(self.ways) == 1:
            self.payment_method.data = self.ways[0].value

    @property
    def method(self) -> PaymentMethod:
        return PaymentMethod(self.payment_method.data)


class BookingsFilter(FilterForm):
    """Which of the organization's bookings."""

    state = SelectField(
        _l("State"),
        choices=options([("", _l("All")), *((state.value, label) for state, label in STATE_LABELS.items())]),
        validate_choice=False,
    )

    @property
    def wanted(self) -> BookingStatus | None:
        return next((state for state in BookingStatus if state.value == self.state.data), None)
