"""What changes money: billing, receiving, refunding, cancelling, checkouts, events of payment firms, papers.

Every verb locks its invoice's row first, so that two people, or a person and a webhook, come one after the other.
"""

from courses_app.payments.operations.allocating import allocate, carry_over, free_allocations, settle_without_money
from courses_app.payments.operations.billing import ask_for_transfer, bill, cancel_invoice, let_lapse, reinstate_invoice
from courses_app.payments.operations.books import name_accounts, remove_layout, save_layout
from courses_app.payments.operations.checkouts import (
    ask_for_checkout,
    intend_checkout,
    note_checkout_ended,
    note_checkout_opened,
    note_checkout_promised,
)
from courses_app.payments.operations.comparing import compare_with_stripe, note_not_compared
from courses_app.payments.operations.dunning import (
    end_dunning_step,
    remind_by_itself,
    resume_reminders,
    save_dunning_step,
    send_reminder,
    stop_reminders,
)
from courses_app.payments.operations.events import (
    finish_event,
    note_asked_again,
    note_fault,
    park_event,
    put_off_event,
    store_event,
)
from courses_app.payments.operations.issuing import (
    NumberTaken,
    issue_invoice,
    issue_receipt,
    issue_requested,
    put_off_paper,
)
from courses_app.payments.operations.looking import (
    approve_look,
    ask_for_look,
    check_looked_at,
    decline_look,
    set_limit,
    withdraw_look,
)
from courses_app.payments.operations.papers import correct_invoice, reprint_receipt, split_receipt
from courses_app.payments.operations.periods import close_books
from courses_app.payments.operations.receiving import receive
from courses_app.payments.operations.refunding import (
    note_refund_sent,
    owe_credit_back,
    owe_refund,
    withdraw_refund,
)
from courses_app.payments.operations.requesting import PaperWanted, request_paper
from courses_app.payments.operations.returning import (
    fail_refund,
    give_back_by_bank,
    intend_refund,
    note_refund_answer,
)
from courses_app.payments.operations.troubles import tell_of_trouble
from courses_app.payments.operations.ways import intend_customer, note_customer, set_way
from courses_app.payments.rules import LineFacts

__all__ = [
    "LineFacts",
    "NumberTaken",
    "PaperWanted",
    "allocate",
    "approve_look",
    "ask_for_checkout",
    "ask_for_look",
    "ask_for_transfer",
    "bill",
    "cancel_invoice",
    "carry_over",
    "check_looked_at",
    "close_books",
    "compare_with_stripe",
    "correct_invoice",
    "decline_look",
    "end_dunning_step",
    "fail_refund",
    "finish_event",
    "free_allocations",
    "give_back_by_bank",
    "intend_checkout",
    "intend_customer",
    "intend_refund",
    "issue_invoice",
    "issue_receipt",
    "issue_requested",
    "let_lapse",
    "name_accounts",
    "note_asked_again",
    "note_checkout_ended",
    "note_checkout_opened",
    "note_checkout_promised",
    "note_customer",
    "note_fault",
    "note_not_compared",
    "note_refund_answer",
    "note_refund_sent",
    "owe_credit_back",
    "owe_refund",
    "park_event",
    "put_off_event",
    "put_off_paper",
    "receive",
    "reinstate_invoice",
    "remind_by_itself",
    "remove_layout",
    "reprint_receipt",
    "request_paper",
    "resume_reminders",
    "save_dunning_step",
    "save_layout",
    "send_reminder",
    "set_limit",
    "set_way",
    "settle_without_money",
    "split_receipt",
    "stop_reminders",
    "store_event",
    "tell_of_trouble",
    "withdraw_look",
    "withdraw_refund",
]
