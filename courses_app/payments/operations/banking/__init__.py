"""Statements of our bank: taken in once, each line drafted, posted, set aside, or taken back."""

from courses_app.payments.operations.banking.deciding import (
    choose,
    forget_name,
    learn_name,
    note_posted,
    note_taken_back,
    open_draft,
    posted_draft,
    set_aside,
    take_up,
)
from courses_app.payments.operations.banking.drafting import draft_lines, redraft
from courses_app.payments.operations.banking.rules_of_staff import (
    LayoutFacts,
    add_fee_allowance,
    change_layout,
    create_layout,
    retire_layout,
)
from courses_app.payments.operations.banking.taking_back import take_back_payment
from courses_app.payments.operations.banking.taking_in import take_in_statement

__all__ = [
    "LayoutFacts",
    "add_fee_allowance",
    "change_layout",
    "choose",
    "create_layout",
    "draft_lines",
    "forget_name",
    "learn_name",
    "note_posted",
    "note_taken_back",
    "open_draft",
    "posted_draft",
    "redraft",
    "retire_layout",
    "set_aside",
    "take_back_payment",
    "take_in_statement",
    "take_up",
]
