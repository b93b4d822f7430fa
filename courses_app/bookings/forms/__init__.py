"""What people type about bookings."""

from courses_app.bookings.forms.alerts import AlertForm
from courses_app.bookings.forms.attendees import KNOWN_FROM, AttendeesForm, CorrectionForm
from courses_app.bookings.forms.changes import (
    CancellationForm,
    MoveForm,
    OfficeCancellationForm,
    OfficeCorrectionForm,
    OfficeMoveForm,
    SubstituteForm,
)
from courses_app.bookings.forms.drafts import DraftRowForm, MendedRows, MovedRowsForm, SheetForm, WaitingListForm
from courses_app.bookings.forms.estimates import EstimateForm, seat_quoted
from courses_app.bookings.forms.looks import LOOK_LABELS, LimitForm, LookForm
from courses_app.bookings.forms.office import (
    REFUND_FAILURES,
    BlockForm,
    CapacityForm,
    EventForm,
    OfficeBookingsFilter,
    PaymentsFilter,
    ReasonForm,
    ReceiptForm,
    SentForm,
)
from courses_app.bookings.forms.orders import METHOD_LABELS, STATE_LABELS, BookingsFilter, OrderForm
from courses_app.bookings.forms.papers import PAPER_KINDS, PapersFilter
from courses_app.bookings.forms.questions import AnswerForm, QuestionsFilter
from courses_app.bookings.forms.receipts import InvoiceWordingForm, ReceiptsForm
from courses_app.bookings.forms.telephone import ORDER, CallerFilter, TelephoneForm
from courses_app.bookings.forms.waiting import PassingForm, RemovalForm
from courses_app.bookings.forms.ways import WayForm

__all__ = [
    "KNOWN_FROM", "LOOK_LABELS", "METHOD_LABELS", "ORDER", "PAPER_KINDS", "REFUND_FAILURES", "STATE_LABELS",
    "AlertForm", "AnswerForm", "AttendeesForm", "BlockForm", "BookingsFilter", "CallerFilter", "CancellationForm",
    "CapacityForm", "CorrectionForm", "DraftRowForm", "EstimateForm", "EventForm", "InvoiceWordingForm",
    "LimitForm", "LookForm", "MendedRows", "MoveForm", "MovedRowsForm", "OfficeBookingsFilter",
    "OfficeCancellationForm", "OfficeCorrectionForm", "OfficeMoveForm", "OrderForm", "PapersFilter", "PassingForm",
    "PaymentsFilter", "QuestionsFilter", "ReasonForm", "ReceiptForm", "ReceiptsForm", "RemovalForm", "SentForm",
    "SheetForm", "SubstituteForm", "TelephoneForm", "WaitingListForm", "WayForm", "seat_quoted",
]  # fmt: skip
