"""How the register of papers is searched."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from courses_app.foundation.forms import DayField, FilterForm, Length, Optional, WholeNumberField, options
from courses_app.payments.models import PaperKind
from courses_app.payments.queries import PapersWanted

PAPER_KINDS: dict[PaperKind, Any] = {
    PaperKind.QUOTE: _l("Quotation"),
    PaperKind.INVOICE: _l("Invoice"),
    PaperKind.RECEIPT: _l("Receipt"),
    PaperKind.CORRECTED_INVOICE: _l("Corrected invoice"),
    PaperKind.RETURN_INVOICE: _l("Qualified return invoice"),
    PaperKind.MONTHLY_INVOICE: _l("Monthly invoice"),
}


RANGES = ("from_on", "until_on", "least", "most")


class PapersFilter(FilterForm):
    """Ranges of days and amounts and a name, in any combination (電子帳簿保存法施行規則2条6項5号)."""

    from_on = DayField(_l("Issued from"), [Optional()])
    until_on = DayField(_l("Issued until"), [Optional()])
    least = WholeNumberField(_l("Amount from"), [Optional()])
    most = WholeNumberField(_l("Amount to"), [Optional()])
    party = StringField(_l("Name as printed, or number"), [Length(max=100)])
    kind = SelectField(
        _l("Kind"),
        choices=options([("", _l("All")), *((kind.value, word) for kind, word in PAPER_KINDS.items())]),
        validate_choice=False,
    )

    def wanted(self) -> PapersWanted:
        """The conditions; what can't be read is left out, and its field says so."""
        self.validate()
        known = self.kind.data in set(PaperKind)
        ranges: dict[str, Any] = {one.name: one.data for one in self if one.name in RANGES and not one.errors}
        return PapersWanted(party=self.party.data or "", kind=PaperKind(self.kind.data) if known else None, **ranges)
