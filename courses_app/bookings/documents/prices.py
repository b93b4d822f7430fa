"""Words for what seats cost: what is asked, and why it is less than the regular fee."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.queries import less_if_verified
from courses_app.foundation.templating import yen_incl
from courses_app.foundation.yen import Yen, total


def price_lines(booking: Booking) -> tuple[str, ...]:
    """What a booking costs: a line for each price, and the sum."""
    lines = _each(sorted(booking.attending, key=_price))
    if booking.total == 0:
        return (_("Free of charge"), *(lines if any(seat.is_reduced for seat in booking.attending) else ()))
    return *lines, _("%(total)s in all", total=yen_incl(_total(booking))), *_if_verified(booking)


def _if_verified(booking: Booking) -> list[str]:
    """What a decision on the claimed supporting membership will mean; nothing where none is awaited."""
    less = less_if_verified(booking)
    if not less:
        return []
    then = yen_incl(Yen(_total(booking) - less))
    return [
        _(
            "We are verifying your supporting membership. Once it is verified: %(price)s in all. What was paid by then "
            "is refunded as far as it is more; an unpaid invoice is replaced. If it can't be verified, nothing more is "
            "asked for.",
            price=then,
        )
    ]


def _total(booking: Booking) -> Yen:
    return total(seat.price for seat in booking.attending)


def by_price(seats: Sequence[Seat]) -> list[list[Seat]]:
    """Neighbours that cost the same for the same reason."""
    return [list(alike) for _key, alike in groupby(seats, key=lambda seat: (*_price(seat), seat.tax_category))]


def why_less(seat: Seat) -> list[str]:
    """Why a seat costs less than the regular fee; nothing where it does not."""
    before, off = yen_incl(seat.regular), yen_incl(seat.discount)
    early = seat.price + seat.discount < seat.regular
    if early and seat.discount:
        return [_("Early price; otherwise %(before)s", before=before), _("%(off)s off by voucher", off=off)]
    if seat.discount:
        return [_("%(off)s off by voucher; otherwise %(before)s", off=off, before=before)]
    return [_("Early price; otherwise %(before)s", before=before)] if early else []


def people_words(count: int) -> str:
    """3名"""
    return str(ngettext("%(num)d person", "%(num)d people", count))


def _each(seats: Sequence[Seat]) -> list[str]:
    lines = []
    for alike in by_price(seats):
        words = _("%(price)s × %(people)s", price=yen_incl(alike[0].price), people=people_words(len(alike)))
        why = why_less(alike[0])
        lines.append(_("%(price)s (%(why)s)", price=words, why=_(", ").join(why)) if why else words)
    return lines


def _price(seat: Seat) -> tuple[int, int, int]:
    return seat.price, seat.regular, seat.discount
