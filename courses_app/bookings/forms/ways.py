"""How a method of payment may be used, as the office types it."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from courses_app.foundation.forms import BaseForm, DayField, Given, Optional, Required, WholeNumberField, between
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod, PaymentWay
from courses_app.payments.rules.ways import WayFacts

LEAST_MINUTES, MOST_MINUTES = 30, 1440  # what Stripe accepts
MOST_DAYS = 60  # the same
MOST_YEN = 99_999_999


class WayForm(BaseForm):
    """A way to pay from a day on. A field that the method doesn't know is left out."""

    from_on = DayField(_l("From"), [Required()])
    is_on = BooleanField(_l("Offer this way to pay"))
    position = WholeNumberField(_l("Place in the list"), [Given(), between(1, 99)])
    least = WholeNumberField(_l("Lowest amount"), [Given(), between(1, MOST_YEN)])
    most = WholeNumberField(_l("Highest amount"), [Optional(), between(1, MOST_YEN)])
    page_minutes = WholeNumberField(
        _l("Minutes the payment page is open"), [Given(), between(LEAST_MINUTES, MOST_MINUTES)]
    )
    pay_days = WholeNumberField(_l("Days to pay"), [Optional(), between(1, MOST_DAYS)])
    grace_days = WholeNumberField(_l("Days of grace"), [Optional(), between(0, MOST_DAYS)])
    due_days_before = WholeNumberField(_l("Paid so many days before the run"), [Given(), between(0, MOST_DAYS)])
    wait_days_before = WholeNumberField(
        _l("Waited for until so many days before the run"), [Given(), between(0, MOST_DAYS)]
    )
    last_days_before = WholeNumberField(
        _l("Offered until so many days before the run"), [Given(), between(0, MOST_DAYS)]
    )

    @classmethod
    def of(cls, way: PaymentWay, *, from_on: date | None = None) -> WayForm:
        """What is in force, to be changed from a day on; or (without a day) what was typed, with the same fields."""
        form = cls() if from_on is None else cls(formdata=None, obj=way, from_on=from_on)
        if from_on is not None:
            form.from_on.data = from_on
        form._leave_out(way.method)
        return form

    def facts(self, way: PaymentWay) -> WayFacts:
        """What was typed; what the method doesn't know stays as it was."""
        typed = {name: getattr(way, name) for name in WayFacts.__dataclass_fields__}
        typed |= {name: field.data for name, field in self._fields.items() if name in typed}
        return WayFacts(**typed | {"least": Yen(typed["least"])})

    def _leave_out(self, method: PaymentMethod) -> None:
        if method is PaymentMethod.BANK_TRANSFER:
            del self.page_minutes
            del self.pay_days
            del self.grace_days
        if method is PaymentMethod.STRIPE:
            for name in ("pay_days", "grace_days", "due_days_before", "wait_days_before"):
                delattr(self, name)
        if method is PaymentMethod.KONBINI:
            del self.grace_days
            del self.wait_days_before
            self.pay_days.validators = [Given(), between(1, MOST_DAYS)]
