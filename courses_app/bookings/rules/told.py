"""What the audit and the outbox call what happens to bookings and seats."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _p

from courses_app.foundation.naming import Told

TOLD = Told(
    actions={
        "booking.hold": _p("what was done", "Seats held"),
        "booking.order": _p("what was done", "Ordered"),
        "booking.settle": _p("what was done", "Paid and confirmed"),
        "booking.method_changed": _p("what was done", "Method of payment changed"),
        "booking.lapse": _p("what was done", "Lapsed"),
        "booking.cancel": _p("what was done", "Booking cancelled"),
        "booking.settle_without_seat": _p("what was done", "Paid, but no seat left"),
        "booking.refund": _p("what was done", "Refunded"),
        "run.capacity": _p("what was done", "Capacity changed"),
        "seat.corrected": _p("what was done", "Attendee's name corrected"),
        "seat.ticket": _p("what was done", "Ticket issued"),
    },
    states={
        "booking.held": _p("state in the audit", "Held, not ordered"),
        "booking.ordered": _p("state in the audit", "Waiting for payment"),
        "booking.paid": _p("state in the audit", "Paid"),
        "booking.expired": _p("state in the audit", "Lapsed"),
        "booking.cancelled": _p("state in the audit", "Cancelled"),
        "booking.paid_no_seat": _p("state in the audit", "Paid, no seat"),
        "booking.refunded": _p("state in the audit", "Refunded"),
    },
    details={
        "run": _p("detail in the audit", "Run"),
        "seats": _p("detail in the audit", "Number of seats"),
        "booking": _p("detail in the audit", "Booking"),
        "seat": _p("detail in the audit", "Seat"),
        "free": _p("detail in the audit", "Free of charge"),
    },
    mails={
        "bookings/called_off": _p("kind of mail", "Run called off"),
        "bookings/called_off_attendee": _p("kind of mail", "Run called off (attendee)"),
        "bookings/cancelled": _p("kind of mail", "Booking cancelled"),
        "bookings/confirmed": _p("kind of mail", "Booking confirmed"),
        "bookings/expired": _p("kind of mail", "Booking lapsed"),
        "bookings/moved": _p("kind of mail", "Run moved"),
        "bookings/moved_attendee": _p("kind of mail", "Run moved (attendee)"),
        "bookings/no_seat": _p("kind of mail", "No seat left"),
        "bookings/no_seat_office": _p("kind of mail", "No seat left (office)"),
        "bookings/ordered": _p("kind of mail", "Booking ordered"),
        "bookings/ticket": _p("kind of mail", "Admission ticket (attendee)"),
        "bookings/tickets": _p("kind of mail", "Admission tickets"),
    },
)
