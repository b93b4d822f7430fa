"""What happens to bookings and seats. Every verb first takes the lock of the runs it touches (`locks`)."""

from courses_app.bookings.operations.attendees import correct_attendee
from courses_app.bookings.operations.cancel import call_off, cancel, cancel_by_office
from courses_app.bookings.operations.capacity import change_capacity
from courses_app.bookings.operations.change import change_attendees
from courses_app.bookings.operations.checkouts import begin_checkout
from courses_app.bookings.operations.firms import Unfitting, note_refund_from_firm, settle_checkout
from courses_app.bookings.operations.hold import hold_seats
from courses_app.bookings.operations.lapse import lapse_hold, lapse_order
from courses_app.bookings.operations.methods import change_to_transfer, transfer_for
from courses_app.bookings.operations.move import change_run
from courses_app.bookings.operations.order import order
from courses_app.bookings.operations.refunds import note_refund_sent
from courses_app.bookings.operations.settle import settle
from courses_app.bookings.operations.tickets import keep_ticket, put_off_ticket
from courses_app.bookings.rules import AttendeeFacts

__all__ = [
    "AttendeeFacts", "Unfitting", "begin_checkout", "call_off", "cancel", "cancel_by_office", "change_attendees",
    "change_capacity", "change_run", "change_to_transfer", "correct_attendee", "hold_seats", "keep_ticket",
    "lapse_hold", "lapse_order", "note_refund_from_firm", "note_refund_sent", "order", "put_off_ticket", "settle",
    "settle_checkout", "transfer_for",
]  # fmt: skip
