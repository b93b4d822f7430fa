"""What is asked for and what is offered, as plain values, and what makes either impossible."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from flask_babel import lazy_gettext as _l

from courses_app.dispatches.rules.lifecycle import DispatchState
from courses_app.dispatches.rules.refusals import QuoteRefused, WishRefused
from courses_app.dispatches.rules.words import Place, TimeOfDay
from courses_app.foundation.clock import day_of
from courses_app.foundation.templating import day
from courses_app.foundation.yen import TaxCategory, Yen, total

MOST_WISHES, MOST_LINES, MOST_MEETINGS = 3, 6, 20


@dataclass(frozen=True)
class Wished:
    """A day somebody would like, and when on it."""

    on: date
    time: TimeOfDay


@dataclass(frozen=True)
class DispatchFacts:
    """What an organization asks for. `course` is the code of a course of the catalogue, where it wants that one."""

    subject: str
    place: Place
    heads: int
    language: str
    wishes: tuple[Wished, ...]
    course: str | None = None
    place_name: str = ""
    postal_code: str = ""
    prefecture: str = ""
    address: str = ""
    words: str = ""


@dataclass(frozen=True)
class QuotedLine:
    """One line of a quote: `unit_amount` in yen, tax included."""

    description: str
    quantity: int
    unit_amount: Yen
    tax_category: TaxCategory

    @property
    def amount(self) -> Yen:
        return Yen(self.quantity * self.unit_amount)


@dataclass(frozen=True)
class PlannedMeeting:
    """From when to when something is held on one day."""

    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True)
class QuoteFacts:
    """What we offer: for how much, when, by whom (a person's reference), for how many, until which day."""

    lines: tuple[QuotedLine, ...]
    meetings: tuple[PlannedMeeting, ...]
    valid_until: date
    capacity: int
    instructor: str | None = None
    words: str = ""

    @property
    def total(self) -> Yen:
        return total(line.amount for line in self.lines)


@dataclass(frozen=True)
class OfficeWanted:
    """What staff narrow their list to; empty is no wish."""

    search: str = ""
    state: DispatchState | None = None


@dataclass(frozen=True)
class ServiceFacts:
    """What staff say about a service; its code stays."""

    name_ja: str
    name_en: str
    summary_ja: str
    summary_en: str
    description_ja: str
    description_en: str
    fee_guide_ja: str
    fee_guide_en: str
    languages: list[str]
    least_minutes: int
    most_minutes: int
    most_heads: int
    at_premises: bool
    online: bool
    notice_days: int
    quote_valid_days: int
    payment_due_business_days: int
    payment_grace_business_days: int
    from_on: date
    until_on: date | None


def check_dispatch(
    facts: DispatchFacts, *, places: Collection[Place], languages: Collection[str], earliest: date, most_heads: int
) -> None:
    """Whether it can be asked for; `earliest` is the first day a wish may name. Raises WishRefused, with its field."""
    if facts.place not in places:
        raise WishRefused(_l("This service is not held there. Please choose another place."), "place")
    if facts.place is Place.PREMISES and not (facts.address and facts.prefecture):
        raise WishRefused(_l("Write the prefecture and the address to which we shall come."), "address")
    if facts.language not in languages:
        raise WishRefused(_l("This service is not held in this language. Please choose another one."), "language")
    if facts.heads > most_heads:
        raise WishRefused(
            _l("This service is for up to %(most)d people. For more, please send two requests.", most=most_heads),
            "heads",
        )
    _check_wishes(facts.wishes, earliest)


def _check_wishes(wishes: Sequence[Wished], earliest: date) -> None:
    if not wishes:
        raise WishRefused(_l("Name at least one day that would suit you."), "wishes")
    if len(set(wishes)) < len(wishes):
        raise WishRefused(_l("The same day and time stands there twice. Please choose another one."), "wishes")
    if any(wish.on < earliest for wish in wishes):
        raise WishRefused(_l("We need some time to prepare. The earliest day is %(day)s.", day=day(earliest)), "wishes")


def check_quote(facts: QuoteFacts, *, now: datetime) -> None:
    """Whether it could be kept if it were accepted on its last day. Raises QuoteRefused, with its field."""
    if not facts.lines:
        raise QuoteRefused(_l("A quote needs at least one line."), "lines")
    if not facts.meetings:
        raise QuoteRefused(_l("Say on which day and from when to when it is held."), "meetings")
    meetings = sorted(facts.meetings, key=lambda meeting: meeting.starts_at)
    if any(meeting.ends_at <= meeting.starts_at for meeting in meetings):
        raise QuoteRefused(_l("It must end after it begins. Please look at the times."), "meetings")
    if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(meetings)):
        raise QuoteRefused(_l("Two of the days or times overlap."), "meetings")
    if meetings[0].starts_at <= now:
        raise QuoteRefused(_l("It must begin in the future."), "meetings")
    if facts.valid_until < day_of(now):
        raise QuoteRefused(_l("The last day of the quote is over already."), "valid_until")
    if facts.valid_until >= day_of(meetings[0].starts_at):
        raise QuoteRefused(_l("The quote must end before the day on which it is held."), "valid_until")
