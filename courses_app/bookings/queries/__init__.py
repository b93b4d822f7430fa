"""What bookings and seats can be asked."""

from courses_app.bookings.queries.bookings import (
    booking_for_office,
    booking_of,
    booking_of_invoice,
    bookings_of,
    events_of,
    in_state,
    office_bookings,
    seat_of,
)
from courses_app.bookings.queries.due import checkouts_to_close, holds_run_out, orders_unpaid, seat_without_ticket
from courses_app.bookings.queries.seats import (
    confirmed_seats,
    live,
    people_in_run,
    people_to_choose,
    seat_of_organization,
    seats_left,
    seats_of_organization,
    seats_of_person,
    taken_by_run,
)
from courses_app.bookings.queries.violations import violations

__all__ = [
    "booking_for_office", "booking_of", "booking_of_invoice", "bookings_of", "checkouts_to_close", "confirmed_seats",
    "events_of", "holds_run_out", "in_state", "live", "office_bookings", "orders_unpaid", "people_in_run",
    "people_to_choose", "seat_of", "seat_of_organization", "seat_without_ticket", "seats_left",
    "seats_of_organization", "seats_of_person", "taken_by_run", "violations",
]  # fmt: skip
