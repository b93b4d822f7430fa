"""Why a draft is as it is, in words."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.foundation.templating import yen
from courses_app.foundation.yen import Yen
from courses_app.payments.rules.banking.matching import Reason, Why


def told(reason: Reason) -> str:
    """The sentence people read beside a draft."""
    if reason.why in COUNTED:
        return COUNTED[reason.why](reason.number)
    return WORDS[reason.why](yen(Yen(reason.number)))


COUNTED: dict[Why, Callable[[int], str]] = {
    Why.SEVERAL_ORGANIZATIONS: lambda n: ngettext(
        "%(num)d organization fits: choose which.", "%(num)d organizations fit: choose which.", n
    ),
    Why.AMOUNT_OF_SEVERAL: lambda n: ngettext(
        "The amount is that of %(num)d invoice.", "The amount is the sum of %(num)d invoices.", n
    ),
    Why.SEVERAL_FIT: lambda n: ngettext("%(num)d way fits: choose.", "%(num)d ways fit equally well: choose which.", n),
    Why.NOTHING_FITS: lambda n: ngettext(
        "%(num)d invoice is open, and the amount doesn't fit.",
        "%(num)d invoices are open, and the amount fits none of them, nor their sums.",
        n,
    ),
    Why.SAME_AMOUNT_ELSEWHERE: lambda n: ngettext(
        "%(num)d open invoice has this amount; an amount alone is no match.",
        "%(num)d open invoices have this amount; an amount alone is no match.",
        n,
    ),
}
WORDS: dict[Why, Callable[[str], str]] = {
    Why.NUMBER: lambda _yen: _("The booking number stands in the transfer."),
    Why.NAME: lambda _yen: _("The payer's name is the organization's."),
    Why.NAME_LEARNED: lambda _yen: _("The organization has paid by this name before."),
    Why.NAME_CUT: lambda _yen: _("The payer's name is cut short; the organization's begins like it."),
    Why.NAME_UNKNOWN: lambda _yen: _("The payer's name is not known yet."),
    Why.NAME_OF_ANOTHER: lambda _yen: _("The payer's name is that of another organization: please check."),
    Why.AMOUNT: lambda _yen: _("The amount is that of the invoice."),
    Why.FEE: lambda yen: _("%(yen)s is missing: a bank's fee that we bear.", yen=yen),
    Why.MORE: lambda yen: _("%(yen)s more than is open: it stays as credit.", yen=yen),
    Why.LESS: lambda yen: _("%(yen)s less than is open: the rest stays due.", yen=yen),
    Why.NOTHING_OPEN: lambda _yen: _("Nothing is open: the money stays as credit."),
    Why.LAPSED: lambda _yen: _("The order was given up because it was not paid in time: seats are looked for again."),
    Why.REVERSED: lambda _yen: _("The bank has taken this money back."),
    Why.UNKNOWN: lambda _yen: _("Neither a booking number nor the payer's name is known."),
}
