"""What people type about bookings."""

from courses_app.bookings.forms.attendees import KNOWN_FROM, AttendeesForm, CorrectionForm
from courses_app.bookings.forms.changes import CancellationForm, OfficeCancellationForm, SubstituteForm
from courses_app.bookings.forms.office import (
    CapacityForm,
    EventForm,
    OfficeBookingsFilter,
    PaymentsFilter,
    ReasonForm,
    ReceiptForm,
    SentForm,
)
from courses_app.bookings.forms.orders import METHOD_LABELS, STATE_LABELS, BookingsFilter, OrderForm

__all__ = [
    "KNOWN_FROM", "METHOD_LABELS", "STATE_LABELS", "AttendeesForm", "BookingsFilter", "CancellationForm",
    "CapacityForm", "CorrectionForm", "EventForm", "OfficeBookingsFilter", "OfficeCancellationForm", "OrderForm",
    "PaymentsFilter", "ReasonForm", "ReceiptForm", "SentForm", "SubstituteForm",
]  # fmt: skip
