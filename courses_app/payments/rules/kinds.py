"""What the kinds of entries of the ledger are called."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _p

# Short, as they stand in a journal (摘要).
KINDS = {
    "invoice": _p("kind of entry", "Invoice"),
    "cancellation": _p("kind of entry", "Invoice cancelled"),
    "reinstatement": _p("kind of entry", "Invoice reinstated"),
    "allocation": _p("kind of entry", "Settled"),
    "payment": _p("kind of entry", "Payment received"),
    "refund": _p("kind of entry", "Refund owed"),
    "refund_sent": _p("kind of entry", "Refund sent"),
    "refund_withdrawn": _p("kind of entry", "Refund withdrawn"),
}


def kind_word(kind: str) -> str:
    """The word for a kind; one that nobody named keeps its own."""
    return str(KINDS.get(kind, kind))
