"""What may be asked for, what may be offered, and the life of a request."""

from courses_app.dispatches.rules.facts import (
    MOST_LINES,
    MOST_MEETINGS,
    MOST_WISHES,
    DispatchFacts,
    OfficeWanted,
    PlannedMeeting,
    QuotedLine,
    QuoteFacts,
    ServiceFacts,
    Wished,
    check_dispatch,
    check_quote,
)
from courses_app.dispatches.rules.lifecycle import AGREED, DISPATCH, ENDED, DispatchMove, DispatchState
from courses_app.dispatches.rules.refusals import (
    NothingQuoted,
    NotOffered,
    QuotedMeanwhile,
    QuoteOutOfTime,
    QuoteRefused,
    RequestSentBefore,
    ServiceCodeTaken,
    WishRefused,
    WordsMissing,
)
from courses_app.dispatches.rules.words import Place, TimeOfDay

__all__ = [
    "AGREED", "DISPATCH", "ENDED", "MOST_LINES", "MOST_MEETINGS", "MOST_WISHES", "DispatchFacts", "DispatchMove",
    "DispatchState", "NotOffered", "NothingQuoted", "OfficeWanted", "Place", "PlannedMeeting", "QuoteFacts",
    "QuoteOutOfTime", "QuoteRefused", "QuotedLine", "QuotedMeanwhile", "RequestSentBefore", "ServiceCodeTaken",
    "ServiceFacts", "TimeOfDay", "WishRefused", "Wished", "WordsMissing", "check_dispatch", "check_quote",
]  # fmt: skip
