"""What the audit and the outbox call what happens to services and requests."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _p

from courses_app.foundation.naming import Told

TOLD = Told(
    actions={
        "dispatch.request": _p("what was done", "Request for a service received"),
        "dispatch.ask": _p("what was done", "Question asked about a request"),
        "dispatch.answer": _p("what was done", "Question about a request answered"),
        "dispatch.quote": _p("what was done", "Quote sent"),
        "dispatch.decline": _p("what was done", "Request declined"),
        "dispatch.withdraw": _p("what was done", "Request withdrawn"),
        "dispatch.accept": _p("what was done", "Quote accepted"),
        "dispatch.expire": _p("what was done", "Quote out of time"),
        "dispatch.plan": _p("what was done", "Plan confirmed"),
        "dispatch.close": _p("what was done", "Request finished"),
        "dispatch.call_off": _p("what was done", "Agreed request called off"),
        "service.added": _p("what was done", "Service added"),
        "service.changed": _p("what was done", "Service changed"),
    },
    states={
        "dispatch.requested": _p("state in the audit", "Request received"),
        "dispatch.asked": _p("state in the audit", "Question asked"),
        "dispatch.quoted": _p("state in the audit", "Quote sent"),
        "dispatch.accepted": _p("state in the audit", "Quote accepted"),
        "dispatch.planned": _p("state in the audit", "Plan confirmed"),
        "dispatch.closed": _p("state in the audit", "Finished"),
        "dispatch.declined": _p("state in the audit", "Declined"),
        "dispatch.expired": _p("state in the audit", "Quote out of time"),
        "dispatch.withdrawn": _p("state in the audit", "Withdrawn"),
        "dispatch.called_off": _p("state in the audit", "Called off after the agreement"),
    },
    details={
        "service": _p("detail in the audit", "Service"),
        "valid_until": _p("detail in the audit", "Quote valid until"),
        "fee_guide": _p("detail in the audit", "Guide to fees"),
        "languages": _p("detail in the audit", "Languages"),
        "least_minutes": _p("detail in the audit", "Shortest, minutes"),
        "most_minutes": _p("detail in the audit", "Longest, minutes"),
        "most_heads": _p("detail in the audit", "Most people"),
        "at_premises": _p("detail in the audit", "At the organization's premises"),
        "online": _p("detail in the audit", "Online"),
        "notice_days": _p("detail in the audit", "Days of notice"),
        "quote_valid_days": _p("detail in the audit", "Days a quote is valid"),
    },
    mails={
        "dispatches/requested": _p("kind of mail", "Request for a service received"),
        "dispatches/asked": _p("kind of mail", "Question about a request"),
        "dispatches/quoted": _p("kind of mail", "Quote"),
        "dispatches/declined": _p("kind of mail", "Request declined"),
        "dispatches/accepted": _p("kind of mail", "Quote accepted"),
        "dispatches/planned": _p("kind of mail", "Plan of a request confirmed"),
        "dispatches/expired": _p("kind of mail", "Quote out of time"),
        "dispatches/called_off": _p("kind of mail", "Agreed request called off"),
        "dispatches/office": _p("kind of mail", "News of a request (office)"),
    },
)
