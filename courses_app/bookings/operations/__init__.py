"""What happens to bookings and seats. Every verb first takes the lock of the runs it touches (`locks`)."""

from courses_app.bookings.operations.absences import TakenBack, settle_absence, take_back_absence
from courses_app.bookings.operations.alerts import ask_for_runs, no_longer_ask, tell_of_run
from courses_app.bookings.operations.answering import answer, close_unanswered, remind_to_answer, said
from courses_app.bookings.operations.approval import approve, decline, look_after_request
from courses_app.bookings.operations.attendees import correct_attendee
from courses_app.bookings.operations.bank import post_line, take_back_line
from courses_app.bookings.operations.blocks import block_seats, release_block
from courses_app.bookings.operations.cancel import call_off, cancel, cancel_by_office
from courses_app.bookings.operations.capacity import change_capacity
from courses_app.bookings.operations.change import change_attendees
from courses_app.bookings.operations.checkouts import begin_checkout, check_payable_by, pages_for
from courses_app.bookings.operations.credit import pay_credit_back, use_credit
from courses_app.bookings.operations.dates import move_seat
from courses_app.bookings.operations.drafts import (
    KEPT_FOR,
    forget_drafts,
    give_up_draft,
    keep_draft,
    mend_draft,
    move_rows,
)
from courses_app.bookings.operations.estimates import estimate, make_estimate
from courses_app.bookings.operations.firms import settle_checkout
from courses_app.bookings.operations.hold import hold_seats
from courses_app.bookings.operations.joining import join_waiting_list
from courses_app.bookings.operations.keeping import keep_seats, keep_while_mended
from courses_app.bookings.operations.lapse import lapse_hold, lapse_order
from courses_app.bookings.operations.leaving import end_line, leave_waiting_list, remove_from_line
from courses_app.bookings.operations.looking import agree, ask_to_send, cancel_seats_or_ask, move_seat_or_ask
from courses_app.bookings.operations.memberships import settle_membership
from courses_app.bookings.operations.methods import change_to_transfer, transfer_for
from courses_app.bookings.operations.move import change_run
from courses_app.bookings.operations.naming import UNNAMED_LEFT, close_naming, name_seats, remind_of_names
from courses_app.bookings.operations.offering import offer_by_hand, offer_free_seats
from courses_app.bookings.operations.order import order
from courses_app.bookings.operations.parting import book_draft, take_what_is_left, wait_with_list
from courses_app.bookings.operations.queueing import Placed, wait_or_hold
from courses_app.bookings.operations.refunds import hear_of_refund, note_refund_answer, note_refund_sent
from courses_app.bookings.operations.seats import Agreed, cancel_seats, waiver
from courses_app.bookings.operations.settle import settle
from courses_app.bookings.operations.substitute import substitute
from courses_app.bookings.operations.telephone import Call, book_by_telephone
from courses_app.bookings.operations.tickets import keep_ticket, put_off_ticket
from courses_app.bookings.operations.unfitting import Unfitting
from courses_app.bookings.operations.uploads import count_upload
from courses_app.bookings.operations.vouchers import (
    add_voucher,
    count_code,
    drop_voucher,
    end_voucher,
    use_voucher,
)
from courses_app.bookings.rules import AttendeeFacts

__all__ = [
    "KEPT_FOR", "UNNAMED_LEFT", "Agreed", "AttendeeFacts", "Call", "Placed", "TakenBack", "Unfitting",
    "add_voucher", "agree", "answer", "approve", "ask_for_runs", "ask_to_send", "begin_checkout", "block_seats",
    "book_by_telephone", "book_draft", "call_off", "cancel", "cancel_by_office", "cancel_seats",
    "cancel_seats_or_ask", "change_attendees", "change_capacity", "change_run", "change_to_transfer",
    "check_payable_by", "close_naming", "close_unanswered", "correct_attendee", "count_code", "count_upload",
    "decline", "drop_voucher", "end_line", "end_voucher", "estimate", "forget_drafts", "give_up_draft",
    "hear_of_refund", "hold_seats", "join_waiting_list", "keep_draft", "keep_seats", "keep_ticket",
    "keep_while_mended", "lapse_hold", "lapse_order", "leave_waiting_list", "look_after_request", "make_estimate",
    "mend_draft", "move_rows", "move_seat", "move_seat_or_ask", "name_seats", "no_longer_ask", "note_refund_answer",
    "note_refund_sent",
    "offer_by_hand", "offer_free_seats", "order", "pages_for", "pay_credit_back", "post_line", "put_off_ticket",
    "release_block", "remind_of_names", "remind_to_answer", "remove_from_line", "said", "settle", "settle_absence",
    "settle_checkout", "settle_membership", "substitute", "take_back_absence", "take_back_line",
    "take_what_is_left", "tell_of_run", "transfer_for", "use_credit", "use_voucher", "wait_or_hold",
    "wait_with_list", "waiver",
]  # fmt: skip
