"""What staff type while a coordinator is on the telephone: the coordinator's own form, and what belongs to the call."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, TextAreaField

from courses_app.bookings.forms.attendees import AttendeesForm
from courses_app.foundation.forms import FilterForm, Length, NameField, Required, options

ORDER, KEEP = "order", "keep"


class CallerFilter(FilterForm):
    """Which organization is calling."""

    q = NameField(_l("Name or number of the organization"), [Length(max=100)])


class TelephoneForm(AttendeesForm):
    """A booking by telephone."""

    contact = SelectField(_l("Whom the mails go to"), [Required()])
    caller = NameField(_l("Caller's name"), [Required(), Length(max=100)])
    note = TextAreaField(_l("Note of the call"), [Length(max=1000)])
    then = RadioField(
        _l("What was agreed"),
        [Required()],
        choices=options(
            [
                (ORDER, _l("Order now, to be paid by bank transfer (or free of charge)")),
                (KEEP, _l("Keep the seats; the coordinator orders by the link in a mail")),
            ]
        ),
        default=ORDER,
    )
    beyond = TextAreaField(
        _l("Reason for seating them beyond the capacity, or before those who wait"), [Length(max=1000)]
    )

    def offer(self, contacts: Iterable[tuple[str, str]]) -> None:
        """Whom the mails may go to: (reference, name)."""
        self.contact.choices = options(contacts)
