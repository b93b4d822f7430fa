"""When one person is not enough, decided from plain values."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day, instant, yen
from courses_app.foundation.yen import Yen


class SecondLookNeeded(Refusal):
    """The amount reaches the limit, and nobody else has agreed. `asked`: somebody has been asked already."""

    def __init__(self, *, key: str, amount: Yen, limit: Yen, asked: bool = False) -> None:
        self.key, self.amount, self.limit = key, amount, limit
        if asked:
            message = _l(
                "From %(limit)s on, a second member of staff must agree. Somebody was asked; nothing is done before.",
                limit=yen(limit),
            )
        else:
            message = _l(
                "From %(limit)s on, a second member of staff must agree, and this is %(amount)s. Ask for it first.",
                limit=yen(limit),
                amount=yen(amount),
            )
        super().__init__(message)


class OwnRequest(Refusal):
    """Nobody agrees to what they asked for themselves."""

    def __init__(self) -> None:
        super().__init__(_l("You asked for this yourself: somebody else must decide. You can withdraw it."))


class NotYourRequest(Refusal):
    """Only who asked can withdraw it."""

    def __init__(self) -> None:
        super().__init__(_l("Somebody else asked for this: you can agree to it or decline it, but not withdraw it."))


class DecidedAlready(Refusal):
    """Somebody was faster."""

    def __init__(self, *, at: datetime, by: str) -> None:
        super().__init__(_l("This has been decided already, on %(at)s by %(by)s.", at=instant(at), by=by))


class LimitTooSoon(Refusal):
    """A limit that held from today on could be set just before it is needed."""

    def __init__(self, earliest: date) -> None:
        message = _l("A new limit holds from tomorrow on at the earliest. Choose %(day)s or later.", day=day(earliest))
        super().__init__(message, field="from_on")


class LimitKnown(Refusal):
    """There is a limit from that day on: history is not written over."""

    def __init__(self) -> None:
        super().__init__(_l("A limit from that day on has been set already. Choose another day."), field="from_on")


def reaches(amount: Yen, limit: Yen | None) -> bool:
    """Whether an amount needs a second person; `limit` None: none does."""
    return limit is not None and amount >= limit
