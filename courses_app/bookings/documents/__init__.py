"""Words of an order and its papers: the last page before ordering, the lines of the invoice, the admission ticket."""

from courses_app.bookings.documents.estimates import estimate_content, estimate_subject
from courses_app.bookings.documents.kept import kept_words
from courses_app.bookings.documents.orders import (
    FinalItem,
    continued_as,
    date_choice,
    final_items,
    frozen_terms,
    history,
    invoice_lines,
    invoice_subject,
    listed,
    naming_lines,
    place_of,
    shown_terms,
    terms_with_payment,
    terms_with_prices,
    when_and_where,
)
from courses_app.bookings.documents.paying import (
    answer_day,
    methods_of,
    payable_of,
    payable_once_approved,
    request_closed,
)
from courses_app.bookings.documents.receipts import addressees, receipt_parts
from courses_app.bookings.documents.supplements import moved_words, supplement_lines, supplement_subject, supplied_on
from courses_app.bookings.documents.tickets import ticket_facts, ticket_pdf

__all__ = [
    "FinalItem", "addressees", "answer_day", "continued_as", "date_choice", "estimate_content", "estimate_subject",
    "final_items", "frozen_terms", "history", "invoice_lines", "invoice_subject", "kept_words", "listed",
    "methods_of", "moved_words", "naming_lines", "payable_of", "payable_once_approved", "place_of", "receipt_parts",
    "request_closed", "shown_terms", "supplement_lines", "supplement_subject", "supplied_on", "terms_with_payment",
    "terms_with_prices", "ticket_facts", "ticket_pdf", "when_and_where",
]  # fmt: skip
