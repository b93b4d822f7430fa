"""What bookings and seats can be asked."""

from courses_app.bookings.queries.absences import (
    absence_key,
    absences_counted,
    absences_in,
    absences_of,
    refunds_of,
    standing_absence,
    was_absent,
)
from courses_app.bookings.queries.alerts import alert_of, alerts_due, alerts_of
from courses_app.bookings.queries.bookings import (
    booking_for_office,
    booking_of,
    booking_of_invoice,
    bookings_of,
    in_state,
    invoices_of,
    named_seat_of,
    of_invoice,
    seat_of,
    still_owed,
)
from courses_app.bookings.queries.changing import (
    Cancelling,
    Moving,
    Substituting,
    cancelling,
    moving,
    substituting,
)
from courses_app.bookings.queries.consequences import Consequences, consequences_of
from courses_app.bookings.queries.dates import (
    MOST_DATES,
    DateForSeat,
    OtherDate,
    dates_for,
    dates_for_list,
    move_cost,
    other_dates,
)
from courses_app.bookings.queries.demand import Demand, RunLine, demand_by_region, lines_of_runs
from courses_app.bookings.queries.drafts import (
    dates_of,
    draft_for_update,
    draft_of,
    drafts_forgotten,
    drafts_of,
    list_of,
    people_in_rows,
    roles_of,
    room_for,
    rows_for,
    rows_of,
    seats_to_come,
)
from courses_app.bookings.queries.due import (
    TICKET_FAILED,
    checkouts_of,
    checkouts_to_close,
    holds_run_out,
    is_part_brought,
    orders_unpaid,
    refund_of_payment,
    requests_due,
    seat_without_ticket,
    tickets_put_off,
)
from courses_app.bookings.queries.estimates import (
    audience_of,
    estimate_behind,
    estimate_for_office,
    estimate_of,
    estimates_of,
    runs_to_quote,
)
from courses_app.bookings.queries.fees import (
    Quote,
    SeatQuote,
    changes_of,
    fees_behind,
    fees_kept,
    moves_of,
    quote_of,
    runs_at,
    still_to_come,
)
from courses_app.bookings.queries.freed import freed_seats, moves_counted
from courses_app.bookings.queries.memberships import (
    Decidable,
    decidable_of,
    less_if_verified,
    memberships_decided,
    prices_if_verified,
)
from courses_app.bookings.queries.naming import (
    Waiting,
    bookings_unnamed,
    naming_over,
    naming_reminders,
    unnamed_by_run,
    waiting_in,
)
from courses_app.bookings.queries.office import (
    Wanted,
    office_page,
    office_rows,
    seats_of_run,
    trail_of,
)
from courses_app.bookings.queries.questions import (
    Answering,
    Answers,
    Asked,
    SeatMeaning,
    answerable,
    answering,
    answers_of_run,
    open_questions_in,
    open_questions_of,
    question_for_office,
    question_of,
    questions_over,
    questions_page,
    questions_to_remind,
    to_be_asked,
)
from courses_app.bookings.queries.room import (
    Room,
    allowed_of,
    block_by_reference,
    blocked_by_run,
    blocks_of,
    overbookings_of,
    room_of,
)
from courses_app.bookings.queries.seats import (
    blocked_of,
    live,
    next_runs_of,
    people_in_run,
    people_to_choose,
    seat_by_reference,
    seats_left,
    seats_of_organization,
    seats_of_person,
    taken_by_run,
    taken_of,
    takes_part,
)
from courses_app.bookings.queries.sold_out import Elsewhere, SoldOut, dates_elsewhere, sold_out
from courses_app.bookings.queries.supplements import (
    due_for,
    is_supplement,
    open_supplement_of,
    open_supplements,
    read_supplements,
    refund_plan,
    to_pay,
    unpaid_of,
)
from courses_app.bookings.queries.violations import violations
from courses_app.bookings.queries.vouchers import (
    page_of_uses,
    page_of_vouchers,
    taken_off,
    uses_of,
    voucher_by_code,
    voucher_of,
    vouchers_by_seat,
)
from courses_app.bookings.queries.waiting import (
    Line,
    Place,
    line_of,
    lines_of,
    page_of_line,
    parties_for_run,
    parties_of,
    parties_of_person,
    party_for_office,
    party_of,
    places_of,
    runs_to_offer,
    runs_without_hope,
    trail_of_party,
)

__all__ = [
    "MOST_DATES", "TICKET_FAILED", "Answering", "Answers", "Asked", "Cancelling", "Consequences", "DateForSeat",
    "Decidable", "Demand", "Elsewhere", "Line", "Moving", "OtherDate", "Place", "Quote", "Room", "RunLine",
    "SeatMeaning", "SeatQuote", "SoldOut", "Substituting", "Waiting", "Wanted", "absence_key", "absences_counted",
    "absences_in", "absences_of", "alert_of", "alerts_due", "alerts_of", "allowed_of", "answerable", "answering",
    "answers_of_run", "audience_of", "block_by_reference", "blocked_by_run", "blocked_of", "blocks_of",
    "booking_for_office", "booking_of", "booking_of_invoice", "bookings_of", "bookings_unnamed", "cancelling",
    "changes_of", "checkouts_of", "checkouts_to_close", "consequences_of", "dates_elsewhere", "dates_for",
    "dates_for_list", "dates_of", "decidable_of", "demand_by_region", "draft_for_update", "draft_of",
    "drafts_forgotten", "drafts_of", "due_for", "estimate_behind", "estimate_for_office", "estimate_of",
    "estimates_of", "fees_behind", "fees_kept", "freed_seats", "holds_run_out", "in_state", "invoices_of",
    "is_part_brought", "is_supplement", "less_if_verified", "line_of", "lines_of", "lines_of_runs", "list_of",
    "live", "memberships_decided", "move_cost", "moves_counted", "moves_of", "moving", "named_seat_of",
    "naming_over", "naming_reminders", "next_runs_of", "of_invoice", "office_page", "office_rows",
    "open_questions_in", "open_questions_of", "open_supplement_of", "open_supplements", "orders_unpaid",
    "other_dates", "overbookings_of", "page_of_line", "page_of_uses", "page_of_vouchers", "parties_for_run",
    "parties_of", "parties_of_person", "party_for_office", "party_of", "people_in_rows", "people_in_run",
    "people_to_choose", "places_of", "prices_if_verified", "question_for_office", "question_of", "questions_over",
    "questions_page",
    "questions_to_remind", "quote_of", "read_supplements", "refund_of_payment", "refund_plan", "refunds_of",
    "requests_due", "roles_of", "room_for", "room_of", "rows_for", "rows_of", "runs_at", "runs_to_offer",
    "runs_to_quote", "runs_without_hope", "seat_by_reference", "seat_of", "seat_without_ticket", "seats_left",
    "seats_of_organization", "seats_of_person", "seats_of_run", "seats_to_come", "sold_out", "standing_absence",
    "still_owed", "still_to_come", "substituting", "taken_by_run", "taken_of", "taken_off", "takes_part",
    "tickets_put_off", "to_be_asked", "to_pay", "trail_of", "trail_of_party", "unnamed_by_run", "unpaid_of",
    "uses_of", "violations", "voucher_by_code", "voucher_of", "vouchers_by_seat", "waiting_in", "was_absent",
]  # fmt: skip
