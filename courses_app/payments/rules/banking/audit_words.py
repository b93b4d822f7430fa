"""What the audit calls what happens with statements of our bank."""

from flask_babel import lazy_pgettext as _p

from courses_app.foundation.naming import Told

TOLD = Told(
    actions={
        "bank_file.taken_in": _p("what was done", "Bank statement taken in"),
        "bank_line.chosen": _p("what was done", "Line of a statement assigned"),
        "bank_line.post": _p("what was done", "Line of a statement posted"),
        "bank_line.set_aside": _p("what was done", "Line of a statement set aside"),
        "bank_line.take_up": _p("what was done", "Line of a statement taken up again"),
        "bank_line.take_back": _p("what was done", "Posting of a line taken back"),
        "payment.taken_back": _p("what was done", "Payment taken back"),
        "payer_name.learned": _p("what was done", "Payer's name learned"),
        "payer_name.forgotten": _p("what was done", "Payer's name forgotten"),
        "bank_layout.created": _p("what was done", "Layout of a bank's file created"),
        "bank_layout.changed": _p("what was done", "Layout of a bank's file changed"),
        "bank_layout.retired": _p("what was done", "Layout of a bank's file no longer offered"),
        "fee_allowance.added": _p("what was done", "Rule about bank fees added"),
    },
    states={
        "bank_line.open": _p("state in the audit", "Line to match"),
        "bank_line.posted": _p("state in the audit", "Posted line"),
        "bank_line.set_aside": _p("state in the audit", "Line set aside"),
        "reason.taken_back": _p("state in the audit", "Posted by mistake"),
        "reason.bank_fee": _p("state in the audit", "Bank's fee we bear"),
    },
    details={
        "filename": _p("detail in the audit", "File"),
        "lines": _p("detail in the audit", "New lines"),
        "known": _p("detail in the audit", "Lines known before"),
        "shares": _p("detail in the audit", "Shares of invoices"),
        "fees": _p("detail in the audit", "Usual fees"),
        "tolerance": _p("detail in the audit", "Any amount up to"),
        "encoding": _p("detail in the audit", "Characters"),
        "header_rows": _p("detail in the audit", "Rows of heading"),
        "footer_rows": _p("detail in the audit", "Rows below the lines"),
        "day_column": _p("detail in the audit", "Column of the day"),
        "amount_column": _p("detail in the audit", "Column of the amount in"),
        "payer_column": _p("detail in the audit", "Column of the payer"),
        "memo_column": _p("detail in the audit", "Column of the memo"),
        "balance_column": _p("detail in the audit", "Column of the balance"),
        "account": _p("detail in the audit", "Account"),
    },
)
