"""What people type about bookings."""

from courses_app.bookings.forms.attendees import KNOWN_FROM, AttendeesForm, CorrectionForm
from courses_app.bookings.forms.orders import METHOD_LABELS, STATE_LABELS, BookingsFilter, OrderForm

__all__ = [
    "KNOWN_FROM", "METHOD_LABELS", "STATE_LABELS", "AttendeesForm", "BookingsFilter", "CorrectionForm", "OrderForm",
]  # fmt: skip
