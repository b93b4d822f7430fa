"""Words of an additional invoice: what a seat came to cost more."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _

from courses_app.bookings.documents.orders import listed, when_and_where
from courses_app.bookings.models import Seat
from courses_app.bookings.rules import LIVE_SEATS, FeeKind
from courses_app.foundation.clock import day_of
from courses_app.foundation.templating import local
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments.rules import LineFacts


def supplement_subject(seat: Seat, *, attendance: bool = False) -> str:
    """監理責任者等講習 日程変更に伴う追加のご請求; `attendance`: what is left once it was settled who came."""
    with force_locale(seat.booking.language):
        course = local(seat.run.course, "name")
        if attendance:
            return str(_("%(course)s, additional invoice after attendance was settled", course=course))
        return str(_("%(course)s, additional invoice for a changed date", course=course))


def moved_words(moves: int) -> str:
    """Why a fee is asked for moving: which move of the seat it was."""
    return str(_("move number %(num)d", num=moves))


def supplied_on(seat: Seat) -> date:
    """The day that counts for the tax: the (last) course day, as of every other line."""
    return day_of(seat.run.ends_at)


def supplement_lines(seat: Seat, *, owed: Yen, fee: Yen, attendance: bool = False) -> list[LineFacts]:
    """The difference of the prices and the fee for moving; of a seat that was given back, what is left to pay."""
    with force_locale(seat.booking.language):
        course = local(seat.run.course, "name")
        if attendance:
            words, category = _("%(course)s, difference once attendance was settled", course=course), seat.tax_category
        elif seat.status in LIVE_SEATS:
            words, category = _("%(course)s, difference in price for a changed date", course=course), seat.tax_category
        else:
            words, category = _("%(course)s, cancellation fee", course=course), FeeKind.CANCELLATION.tax_category
        deducted = fee > owed and not attendance
        fee_words = _("Fee for moving a seat to another date")
        if deducted:
            fee_words = _("Fee for moving a seat to another date, less the difference in price")
        lines = [(words, Yen(max(owed - fee, 0)), category), (fee_words, min(fee, owed), FeeKind.MOVE.tax_category)]
        return [_line(seat, *line) for line in lines if line[1]]


def _line(seat: Seat, words: str, amount: Yen, category: TaxCategory) -> LineFacts:
    return LineFacts(
        description=words,
        supplied_on=supplied_on(seat),
        quantity=1,
        unit_amount=amount,
        tax_category=category,
        details=(when_and_where(seat.run), listed([seat])),
        about=seat.run.course.code,
    )
