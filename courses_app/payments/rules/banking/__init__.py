"""Statements of banks: read, their payers' names folded, each line held against what is open."""

from courses_app.payments.rules.banking.books import ZERO, Books, FeeRule, Named, OpenInvoice
from courses_app.payments.rules.banking.lines import (
    LINE,
    DayTaken,
    FeeTooHigh,
    LapsedNeedsWhole,
    LineChanged,
    LineDealtWith,
    LineMove,
    LineStatus,
    MoneyTakenBack,
    NameTaken,
    NobodyChosen,
    RefundPromised,
    SharesTooHigh,
    ShareTooHigh,
)
from courses_app.payments.rules.banking.matching import Certainty, Proposal, Reason, Why, propose
from courses_app.payments.rules.banking.names import fold_name, is_cut, numbers_in, plain, without_number
from courses_app.payments.rules.banking.statements import (
    LARGEST_STATEMENT,
    AccountLines,
    StatementLine,
    StatementUnreadable,
)
from courses_app.payments.rules.banking.tables import (
    Encoding,
    Mapping,
    amount_of_statement,
    day_of_statement,
    first_rows,
    read_table,
)
from courses_app.payments.rules.banking.words import told
from courses_app.payments.rules.banking.zengin import is_zengin, read_zengin

__all__ = [
    "LARGEST_STATEMENT",
    "LINE",
    "ZERO",
    "AccountLines",
    "Books",
    "Certainty",
    "DayTaken",
    "Encoding",
    "FeeRule",
    "FeeTooHigh",
    "LapsedNeedsWhole",
    "LineChanged",
    "LineDealtWith",
    "LineMove",
    "LineStatus",
    "Mapping",
    "MoneyTakenBack",
    "NameTaken",
    "Named",
    "NobodyChosen",
    "OpenInvoice",
    "Proposal",
    "Reason",
    "RefundPromised",
    "ShareTooHigh",
    "SharesTooHigh",
    "StatementLine",
    "StatementUnreadable",
    "Why",
    "amount_of_statement",
    "day_of_statement",
    "first_rows",
    "fold_name",
    "is_cut",
    "is_zengin",
    "numbers_in",
    "plain",
    "propose",
    "read_table",
    "read_zengin",
    "told",
    "without_number",
]
