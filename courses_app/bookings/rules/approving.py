"""Orders that the office looks at first: by when it answers, and what waits for its answer."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l

from courses_app.foundation.clock import add_business_days, day_of
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day, until_words

REQUEST_UNANSWERED = "request_unanswered"  # the matter of a request whose day of answer is over


class NotAnsweredYet(Refusal):
    """Nothing of a request is changed but as a whole: it can be withdrawn, and sent anew."""

    def __init__(self, answer_by_on: date | None) -> None:
        super().__init__(
            _l(
                "This request has not been answered yet. Please wait for the answer, which our office gives by "
                "%(day)s, or withdraw the request as a whole.",
                day=day(answer_by_on),
            )
        )


class RequestIsOver(Refusal):
    """Nobody can approve what nobody could book any more."""

    def __init__(self, closes_at: datetime) -> None:
        super().__init__(
            _l(
                "A request can be approved while booking is open; for this run that was until %(until)s. Please "
                "decline it with a reason; left alone, it ends by itself.",
                until=until_words(closes_at),
            )
        )


class AnsweredAlready(Refusal):
    """Somebody was faster."""

    def __init__(self) -> None:
        super().__init__(_l("This request has been answered or withdrawn in the meantime. Nothing was changed."))


def answer_by(business_days: int, *, closes_at: datetime, now: datetime) -> date:
    """The day by which the office answers a request that is sent now: within its days, and while booking is open."""
    today = day_of(now)
    return max(today, min(add_business_days(today, business_days), day_of(closes_at)))
