"""How this room says no, each named after what happened."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day


class NotOffered(Refusal):
    """The service is not offered today."""

    def __init__(self, from_on: date, until_on: date | None, *, today: date) -> None:
        if until_on is not None and until_on < today:
            message = _l(
                "This service was offered until %(day)s. Please choose another one, or ask our office.",
                day=day(until_on),
            )
        else:
            message = _l(
                "This service is offered from %(day)s. Please choose another one, or ask our office.", day=day(from_on)
            )
        super().__init__(message)


class ServiceCodeTaken(Refusal):
    """Another service, or a course, has this code."""

    def __init__(self) -> None:
        super().__init__(_l("Another service has this code already. Choose another one."), field="code")


class WishRefused(Refusal):
    """Something about a request can't be: says what, on the field it concerns."""

    def __init__(self, message: Any, field: str) -> None:
        super().__init__(message, field=field)


class QuoteRefused(Refusal):
    """A quote that could not be kept."""

    def __init__(self, message: Any, field: str) -> None:
        super().__init__(message, field=field)


class QuotedMeanwhile(Refusal):
    """Another quote was sent since the page was opened: by a colleague, or by the same button."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _l(
                "Quote %(number)d has been sent in the meantime, and this one has not. Look at it on the page of the "
                "request; if another one is needed, begin again there.",
                number=number,
            )
        )


class RequestSentBefore(Refusal):
    """The same form with other contents: what it was sent for first has arrived (R-42)."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            _l(
                "This form was sent before with other contents (%(reference)s), and that request has arrived. For one "
                "more request open the form anew.",
                reference=reference,
            )
        )


class QuoteOutOfTime(Refusal):
    """The last day of the quote is over."""

    def __init__(self, last_day: date) -> None:
        super().__init__(
            _l("This quote was valid through %(day)s. Please ask our office for a new one.", day=day(last_day))
        )


class NothingQuoted(Refusal):
    """Another quote stands than the one that was shown."""

    def __init__(self) -> None:
        super().__init__(_l("Our office has changed the quote. Please look at the new one before you accept it."))


class WordsMissing(Refusal):
    """A question, an answer or a reason without words."""

    def __init__(self, field: str) -> None:
        super().__init__(_l("Please write a few words: the other side reads them."), field=field)
