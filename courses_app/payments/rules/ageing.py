"""How long money has been owed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Age(StrEnum):
    """How many days ago an invoice should have been paid."""

    NOT_DUE = "not_due"
    TO_30 = "to_30"
    TO_60 = "to_60"
    TO_90 = "to_90"
    OVER_90 = "over_90"

    @property
    def label(self) -> str:
        return str(LABELS[self])


# The last day overdue of each age; the oldest has none.
UNTIL_DAYS = {Age.NOT_DUE: 0, Age.TO_30: 30, Age.TO_60: 60, Age.TO_90: 90}
LABELS = {
    Age.NOT_DUE: _l("Not yet due"),
    Age.TO_30: _l("1 to 30 days overdue"),
    Age.TO_60: _l("31 to 60 days overdue"),
    Age.TO_90: _l("61 to 90 days overdue"),
    Age.OVER_90: _l("More than 90 days overdue"),
}


def age_of(due_on: date | None, on: date) -> Age:
    """The age on a day; what names no day to pay by (a card) is not yet due. The day itself is not overdue."""
    days = (on - due_on).days if due_on else 0
    return next((age for age, until in UNTIL_DAYS.items() if days <= until), Age.OVER_90)
