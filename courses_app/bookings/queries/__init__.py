"""What bookings and seats can be asked."""

from courses_app.bookings.queries.bookings import (
    booking_for_office,
    booking_of,
    booking_of_invoice,
    bookings_of,
    in_state,
    seat_of,
)
from courses_app.bookings.queries.due import (
    TICKET_FAILED,
    checkouts_of,
    checkouts_to_close,
    holds_run_out,
    orders_unpaid,
    refund_of_payment,
    seat_without_ticket,
    tickets_put_off,
)
from courses_app.bookings.queries.office import (
    Consequences,
    Wanted,
    consequences_of,
    office_page,
    office_rows,
    seats_of_run,
    trail_of,
)
from courses_app.bookings.queries.seats import (
    live,
    people_in_run,
    people_to_choose,
    seat_by_reference,
    seats_left,
    seats_of_organization,
    seats_of_person,
    taken_by_run,
)
from courses_app.bookings.queries.violations import violations

__all__ = [
    "TICKET_FAILED", "Consequences", "Wanted", "booking_for_office", "booking_of", "booking_of_invoice",
    "bookings_of", "checkouts_of", "checkouts_to_close", "consequences_of",
    "holds_run_out", "in_state", "live", "office_page", "office_rows", "orders_unpaid",
    "people_in_run", "people_to_choose", "refund_of_payment", "seat_by_reference", "seat_of",
    "seat_without_ticket", "seats_left", "seats_of_organization", "seats_of_person", "seats_of_run", "taken_by_run",
    "tickets_put_off", "trail_of", "violations",
]  # fmt: skip
