"""What the bookings room keeps."""

from courses_app.bookings.models.absences import Absence
from courses_app.bookings.models.drafts import AttendeeDraft, ListPart
from courses_app.bookings.models.estimates import Estimate, EstimateLine, EstimateUse
from courses_app.bookings.models.events import BookingFee, SeatEvent
from courses_app.bookings.models.keeping import Overbooking, SeatBlock
from courses_app.bookings.models.questions import MoveAnswer, MoveQuestion
from courses_app.bookings.models.seats import LIVING, Booking, Seat, Supplement
from courses_app.bookings.models.vouchers import Voucher, VoucherUse
from courses_app.bookings.models.waiting import STILL_WAITING, RunAlert, RunAlertTold, WaitingAttendee, WaitingParty
from courses_app.bookings.rules import BookingMove, BookingStatus, PartyState, SeatMove, SeatStatus

__all__ = [
    "LIVING", "STILL_WAITING", "Absence", "AttendeeDraft", "Booking", "BookingFee", "BookingMove", "BookingStatus",
    "Estimate", "EstimateLine", "EstimateUse", "ListPart", "MoveAnswer", "MoveQuestion", "Overbooking",
    "PartyState", "RunAlert", "RunAlertTold", "Seat", "SeatBlock", "SeatEvent", "SeatMove", "SeatStatus",
    "Supplement", "Voucher", "VoucherUse", "WaitingAttendee", "WaitingParty",
]  # fmt: skip
