"""The life of a request, as a table."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from courses_app.foundation.lifecycle import Lifecycle


class DispatchState(StrEnum):
    REQUESTED = "requested"  # waits for us
    ASKED = "asked"  # we asked back, and wait for the organization
    QUOTED = "quoted"  # an offer stands until a day
    ACCEPTED = "accepted"  # agreed: there is an invoice, and a draft of the run
    PLANNED = "planned"  # staff have confirmed the plan; attendees can be named
    CLOSED = "closed"  # held and paid
    DECLINED = "declined"  # by us
    EXPIRED = "expired"  # nobody accepted the quote in time
    WITHDRAWN = "withdrawn"  # by the organization
    CALLED_OFF = "called_off"  # after it was agreed

    @property
    def label(self) -> LazyString:
        return _LABELS[self]


class DispatchMove(StrEnum):
    ASK = "ask"
    ANSWER = "answer"
    QUOTE = "quote"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    EXPIRE = "expire"
    PLAN = "plan"
    CLOSE = "close"
    CALL_OFF = "call_off"


DISPATCH = Lifecycle[DispatchState, DispatchMove](
    {
        (DispatchState.REQUESTED, DispatchMove.ASK): DispatchState.ASKED,
        (DispatchState.REQUESTED, DispatchMove.QUOTE): DispatchState.QUOTED,
        (DispatchState.REQUESTED, DispatchMove.DECLINE): DispatchState.DECLINED,
        (DispatchState.REQUESTED, DispatchMove.WITHDRAW): DispatchState.WITHDRAWN,
        (DispatchState.ASKED, DispatchMove.ANSWER): DispatchState.REQUESTED,
        (DispatchState.ASKED, DispatchMove.QUOTE): DispatchState.QUOTED,
        (DispatchState.ASKED, DispatchMove.DECLINE): DispatchState.DECLINED,
        (DispatchState.ASKED, DispatchMove.WITHDRAW): DispatchState.WITHDRAWN,
        (DispatchState.QUOTED, DispatchMove.QUOTE): DispatchState.QUOTED,
        (DispatchState.QUOTED, DispatchMove.DECLINE): DispatchState.DECLINED,
        (DispatchState.QUOTED, DispatchMove.WITHDRAW): DispatchState.WITHDRAWN,
        (DispatchState.QUOTED, DispatchMove.ACCEPT): DispatchState.ACCEPTED,
        (DispatchState.QUOTED, DispatchMove.EXPIRE): DispatchState.EXPIRED,
        (DispatchState.EXPIRED, DispatchMove.QUOTE): DispatchState.QUOTED,
        (DispatchState.ACCEPTED, DispatchMove.PLAN): DispatchState.PLANNED,
        (DispatchState.ACCEPTED, DispatchMove.CALL_OFF): DispatchState.CALLED_OFF,
        (DispatchState.PLANNED, DispatchMove.CLOSE): DispatchState.CLOSED,
        (DispatchState.PLANNED, DispatchMove.CALL_OFF): DispatchState.CALLED_OFF,
    },
    begins=(DispatchState.REQUESTED,),
)
AGREED = (DispatchState.ACCEPTED, DispatchState.PLANNED, DispatchState.CLOSED)
ENDED = (
    DispatchState.CLOSED, DispatchState.DECLINED, DispatchState.EXPIRED, DispatchState.WITHDRAWN,
    DispatchState.CALLED_OFF,
)  # fmt: skip

_LABELS = {
    DispatchState.REQUESTED: _l("Request received"),
    DispatchState.ASKED: _l("Question from our office"),
    DispatchState.QUOTED: _l("Quote sent"),
    DispatchState.ACCEPTED: _l("Accepted, being planned"),
    DispatchState.PLANNED: _l("Plan confirmed"),
    DispatchState.CLOSED: _l("Finished"),
    DispatchState.DECLINED: _l("Declined by our office"),
    DispatchState.EXPIRED: _l("Quote out of time"),
    DispatchState.WITHDRAWN: _l("Withdrawn by the organization"),
    DispatchState.CALLED_OFF: _l("Called off after the agreement"),
}
