"""Words of an order: the last page before ordering, the lines of the invoice, what happened to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from courses_app.bookings.documents.paying import payment_lines
from courses_app.bookings.documents.prices import by_price, people_words, price_lines, why_less
from courses_app.bookings.models import Booking, Seat, SeatEvent
from courses_app.bookings.queries import waiting_in
from courses_app.bookings.rules import BookingStatus, Payable, SeatMove
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import change_terms_on
from courses_app.catalogue.rules import ChangeTerms, cancellation_words, naming_words
from courses_app.foundation.clock import day_of
from courses_app.foundation.templating import day, instant, local, period
from courses_app.payments.rules import LineFacts


@dataclass(frozen=True)
class FinalItem:
    """One of the six things the last page before an order must say (特定商取引法12条の6, D-19)."""

    code: str
    term: str
    lines: tuple[str, ...]


def final_items(booking: Booking, ways: Sequence[Payable], *, terms: ChangeTerms | None, on: date) -> list[FinalItem]:
    """The six items in the reader's language, with every way to pay that is offered.

    `terms` are the rules of change for an order placed on the day `on`.
    """
    seats = booking.attending
    return [
        FinalItem("quantity", _("Quantity"), (people_words(len(seats)), listed(seats), *naming_lines(booking))),
        FinalItem("price", _("Price"), price_lines(booking)),
        FinalItem("payment", _("Time and method of payment"), payment_lines(booking, ways)),
        FinalItem("supply", _("When and where it is held"), tuple(_supply_lines(booking))),
        FinalItem("period", _("Period of application"), _period_lines(booking)),
        FinalItem("cancellation", _("Cancellation and refund"), _cancellation_lines(booking, terms, on=on)),
    ]


def frozen_terms(booking: Booking, way: Payable, *, on: date) -> dict[str, Any]:
    """The six items as ordered, in the booking's language, and the rules of change, to be kept with it."""
    terms, naming = change_terms_on(booking.course.id, on), booking.course.naming
    with force_locale(booking.language):
        items = final_items(booking, [way], terms=terms, on=on)
    return {
        "language": booking.language,
        "items": [{"code": item.code, "term": item.term, "lines": list(item.lines)} for item in items],
        "changes": terms.as_data() if terms else None,
        "naming": naming.as_data() if naming else None,
    }


def terms_with_payment(booking: Booking, way: Payable) -> dict[str, Any]:
    """The six items as ordered, but for how to pay, which was changed afterwards."""
    terms = booking.terms or frozen_terms(booking, way, on=day_of(booking.ordered_at or booking.held_at))
    with force_locale(booking.language):
        how = payment_lines(booking, [way])
    items = [{**item, "lines": list(how)} if item["code"] == "payment" else item for item in terms["items"]]
    return {**terms, "items": items}


def terms_with_prices(booking: Booking) -> dict[str, Any] | None:
    """The six items as ordered, but for what the seats cost, which a decision of ours has made less."""
    if booking.terms is None:
        return None
    with force_locale(booking.language):
        lines = list(price_lines(booking))
    items = [{**item, "lines": lines} if item["code"] == "price" else item for item in booking.terms["items"]]
    return {**booking.terms, "items": items}


def shown_terms(booking: Booking) -> list[dict[str, Any]]:
    """The six items as they were accepted; how long the seats were kept until then is of no use any more."""
    items: list[dict[str, Any]] = booking.terms["items"] if booking.terms else []
    return [{**item, "lines": item["lines"][:1]} if item["code"] == "period" else item for item in items]


def history(booking: Booking, events: Sequence[SeatEvent]) -> list[tuple[datetime, str]]:
    """What happened to the booking and to single seats of it, oldest first, in the reader's language."""
    ended = {
        BookingStatus.EXPIRED: _("The seats were given up."),
        BookingStatus.CANCELLED: _("The booking was cancelled."),
        BookingStatus.PAID_NO_SEAT: _("The seats had been given up."),
        BookingStatus.REFUNDED: _("The booking was cancelled."),
    }
    if booking.declined_at is not None:
        ended[BookingStatus.CANCELLED] = _("The request was declined.")
    elif booking.requested_at is not None and booking.ordered_at is None:
        ended[BookingStatus.CANCELLED] = _("The request was withdrawn or cancelled.")
    steps = [
        (booking.held_at, _("The seats were kept.")),
        (booking.requested_at, _("The request was sent.")),
        (booking.ordered_at, _("The request was approved.") if booking.requested_at else _("The order was placed.")),
        (booking.closed_at, ended.get(booking.status, "")),
        (booking.paid_at, _("The payment arrived.") if booking.total else _("The seats were confirmed.")),
    ]
    whole = [(at, str(words)) for at, words in steps if at is not None and words]
    return sorted([*whole, *_changes(booking, events)], key=lambda step: step[0])


def _changes(booking: Booking, events: Sequence[SeatEvent]) -> Iterator[tuple[datetime, str]]:
    seats = {seat.id: seat for seat in booking.seats}
    names = {number: seat.full_name for number, seat in seats.items()}
    for (at, move), group in groupby(events, key=lambda one: (one.at, one.move)):
        if move is SeatMove.NAME:
            yield at, _("Names were entered: %(names)s.", names=listed([seats[one.seat_id] for one in group]))
    for one in events:
        with_all = one.move is SeatMove.CANCEL and one.at == booking.closed_at
        if one.move is not SeatMove.NAME and not with_all:
            yield one.at, _what_became_of(names[one.seat_id], one.move)


def _what_became_of(name: str, move: SeatMove) -> str:
    """Of the seat of somebody, or of one without a name."""
    words = {
        SeatMove.SUBSTITUTE: _("Somebody else was named: now %(name)s.", name=name),
        SeatMove.MOVE: _("The seat of %(name)s was moved to another date.", name=name),
        SeatMove.CANCEL: _("The seat of %(name)s was cancelled.", name=name),
        SeatMove.MISS: _("%(name)s did not come.", name=name),
        SeatMove.ATTEND: _("The roster was corrected: %(name)s did attend.", name=name),
    }
    nameless = {
        SeatMove.CANCEL: _("A seat without a name was cancelled."),
        SeatMove.MISS: _("Nobody came to a seat without a name."),
    }
    return str(words[move] if name else nameless.get(move, words[move]))


def continued_as(old: Booking, new: Booking) -> str:
    """Why a hold ended that was changed: where its people are now."""
    with force_locale(old.language):
        return str(_("The attendees were changed; see booking %(reference)s.", reference=new.reference))


def place_of(run: CourseRun) -> str:
    """The hall with its address, or the word for online."""
    if run.venue is None:
        return str(_("Online"))
    return f"{local(run.venue, 'name')} {local(run.venue, 'address')}"


def when_and_where(run: CourseRun) -> str:
    """A date in one line."""
    return f"{period(run.starts_at, run.ends_at)} {local(run.venue, 'name') if run.venue else _('Online')}"


def date_choice(run: CourseRun, left: int) -> str:
    """A date as it is offered in a form, with the seats that are left."""
    seats = ngettext("%(num)d seat left", "%(num)d seats left", left) if left else _("no seats left")
    return str(_("%(date)s (%(seats)s)", date=when_and_where(run), seats=seats))


def _supply_lines(booking: Booking) -> Iterator[str]:
    """Each date with its place; of several also who comes on which."""
    several = len(booking.runs) > 1
    for run, seats in booking.by_run:
        yield period(run.starts_at, run.ends_at)
        yield place_of(run)
        if several:
            yield listed(seats)


def listed(seats: Sequence[Seat]) -> str:
    """The names of the attendees, and how many are to be named."""
    names = [seat.full_name for seat in seats if seat.person_id is not None]
    rest = len(seats) - len(names)
    if rest:
        names.append(str(ngettext("%(num)d without a name yet", "%(num)d without a name yet", rest)))
    return str(_(", ")).join(names)


def naming_lines(booking: Booking) -> list[str]:
    """Until when seats without a name are named, and what happens then: run by run."""
    waiting, lines = waiting_in(booking), []
    for one in waiting:
        if len(waiting) > 1:
            lines.append(period(one.run.starts_at, one.run.ends_at))
        lines += naming_words(one.terms, free=booking.total == 0, run_day=day_of(one.run.starts_at))
    return lines


def _period_lines(booking: Booking) -> tuple[str, ...]:
    closes = min(run.booking_closes_at for run in booking.runs)
    taken = _("Applications for this run are taken until %(closes)s.", closes=instant(closes))
    if booking.needs_approval:
        return (
            taken,
            _(
                "Your seats are kept until %(until)s; please send the request by then.",
                until=instant(booking.hold_until),
            ),
        )
    return (
        taken,
        _("Your seats are kept until %(until)s; please order by then.", until=instant(booking.hold_until)),
    )


def _cancellation_lines(booking: Booking, terms: ChangeTerms | None, *, on: date) -> tuple[str, ...]:
    """What holds for every date, and then for each date what counts from its own day."""
    days = [day_of(run.starts_at) for run in booking.runs]
    each = [cancellation_words(terms, free=booking.total == 0, run_day=one, on=on) for one in days]
    shared = [words for words in each[0] if all(words in others for others in each)]
    own = [(one, [line for line in words if line not in shared]) for one, words in zip(days, each, strict=True)]
    return *shared, *(line for one, lines in own if lines for line in (_("For %(day)s:", day=day(one)), *lines))


def invoice_subject(booking: Booking) -> str:
    """監理責任者等講習 受講料（3名分）"""
    with force_locale(booking.language):
        course = local(booking.course, "name")
        return str(
            _("%(course)s, course fee (%(people)s)", course=course, people=people_words(len(booking.live_seats)))
        )


def invoice_lines(booking: Booking) -> list[LineFacts]:
    """One line for each date and price, with place and attendees in the small print."""
    with force_locale(booking.language):
        return [
            LineFacts(
                description=_("%(course)s, course fee", course=local(booking.course, "name")),
                supplied_on=day_of(run.ends_at),
                quantity=len(of_price),
                unit_amount=of_price[0].price,
                tax_category=of_price[0].tax_category,
                details=(when_and_where(run), listed(of_price), *why_less(of_price[0])),
                about=run.course.code,
            )
            for run, seats in booking.by_run
            for of_price in by_price(seats)
        ]
